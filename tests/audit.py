"""`make audit`: pip-audit over the pinned requirements. What could not be asked is said, never taken for harmless."""

import json
import subprocess
import sys
from pathlib import Path

REQUIRED = Path(__file__).parents[1] / "requirements.txt"
AUDIT = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip", "--progress-spinner", "off", "-f", "json"]


def main() -> int:
    """0: nothing known, or nothing could be asked; 1: something is known."""
    done = subprocess.run([*AUDIT, "-r", REQUIRED], capture_output=True, text=True, timeout=300, check=False)
    try:
        asked = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        asked = []
    told = [each for each in asked if "vulns" in each]
    weak = [each for each in told if each["vulns"]]
    if not told:
        print("没能取到漏洞数据（连不到，或软件源不提供），这次没有检查。")
    for each in weak:
        known = "、".join(
            f"{found['id']}（修好于 {'/'.join(found['fix_versions']) or '尚无'}）" for found in each["vulns"]
        )
        print(f"{each['name']} {each['version']}：{known}")
    if told and not weak:
        print(f"查了 {len(told)} 个库，没有已知的漏洞；{len(asked) - len(told)} 个没能查到。")
    return 1 if weak else 0


if __name__ == "__main__":
    sys.exit(main())
