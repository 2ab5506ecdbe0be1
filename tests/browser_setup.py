"""Installs the browser and the Chinese font that tests of pages need, where that may be done; else says what to do.

Never fails: without a browser those tests skip themselves, and all others run.
"""

import os
import shutil
import subprocess
import sys

from browser import missing_packages

_QUIET = {"DEBIAN_FRONTEND": "noninteractive"}
_APT = ["-qq", "-o", "Acquire::Retries=2", "-o", "DPkg::Lock::Timeout=120"]
_PATIENCE = 900


def main() -> None:
    missing = missing_packages()
    if not missing:
        return
    wanted = " ".join(missing)
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        say(f"缺少 {wanted}，网页测试会跳过。要跑这些测试，请先安装：sudo apt-get install {wanted}")
        return
    say(f"安装网页测试用的 {wanted}（第一次约需一两分钟）")
    done = apt_get(apt, "update") and apt_get(apt, "install", "-y", "--no-install-recommends", *missing, "fontconfig")
    if not done or missing_packages():
        say(f"没有装上 {wanted}，网页测试会跳过")


def apt_get(apt: str, *arguments: str) -> bool:
    """Whether it went well. What it says is shown only where it fails."""
    try:
        done = subprocess.run(
            [apt, *_APT, *arguments],
            env=os.environ | _QUIET,
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        say(f"apt-get {arguments[0]} 超过 {_PATIENCE // 60} 分钟没有做完")
        return False
    if done.returncode:
        say(f"apt-get {arguments[0]}：{(done.stderr.strip().splitlines() or ['失败'])[-1]}")
    return done.returncode == 0


def say(words: str) -> None:
    sys.stdout.write(f"== {words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
