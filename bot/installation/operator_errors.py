"""Errors from outside the program in an operator's words: WeChat's refusals, unusable files, and how to fix them."""

import errno

from bot.wechat.errors import WeChatError

_OF_FILES = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.ENOSPC: "盘满了",
    errno.EDQUOT: "盘的配额用完了",
    errno.EROFS: "这里只能读",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.ENOTDIR: "路径中间有一段不是文件夹",
}

_UNREACHED = (
    "没有得到微信的回答",
    "看这台机器能不能上网、能不能解析 api.weixin.qq.com",
)
_UNKNOWN = ("微信不让做", "按这个错误码查微信的文档")
_OF_WECHAT = {
    -1: ("微信系统繁忙", "过一会儿再试"),
    40001: ("AppSecret 不对，或令牌被别的程序换掉了", "核对 BOT_WECHAT__APP_SECRET；别的程序不要用同一个公众号取令牌"),
    40013: ("AppID 不对", "核对 BOT_WECHAT__APP_ID"),
    40125: ("AppSecret 不对", "核对 BOT_WECHAT__APP_SECRET；重置过就要换成新的"),
    40164: ("这台机器的地址不在白名单里", "把前面写的地址加进公众号后台的 IP 白名单，几分钟后生效"),
    45009: ("今天的配额用完了", "明天零点以后再试"),
    48001: ("公众号没有这个接口的权限", "要认证过的服务号"),
}


def of_file(error: OSError) -> str:
    """The reason, such as 「盘满了」."""
    return _OF_FILES.get(error.errno or 0) or error.strerror or type(error).__name__


def of_wechat(error: WeChatError) -> tuple[str, str]:
    """The problem, with WeChat's code and message if there are any, and how to fix it."""
    if not error.code:
        what, mend = _UNREACHED
        return f"{what}（{error.reason}）", mend
    what, mend = _OF_WECHAT.get(error.code, _UNKNOWN)
    return f"{error.code} {error.reason}：{what}", mend
