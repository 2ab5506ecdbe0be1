"""Trouble outside, as an operator reads it."""

import errno

import pytest

from bot.installation.operator_errors import of_file, of_wechat
from bot.wechat.errors import Trouble, WeChatError, refusal


def test_an_address_that_is_not_on_the_list_is_told_with_the_address_and_where_the_list_is():
    what, mend = of_wechat(refusal(40164, "invalid ip 203.0.113.9, not in whitelist"))
    assert what == "40164 invalid ip 203.0.113.9, not in whitelist：这台机器的地址不在白名单里"
    assert "IP 白名单" in mend


@pytest.mark.parametrize(
    ("code", "variable"), [(40013, "BOT_WECHAT__APP_ID"), (40125, "BOT_WECHAT__APP_SECRET"), (40001, "APP_SECRET")]
)
def test_a_wrong_key_is_told_with_the_variable_that_holds_it(code, variable):
    assert variable in of_wechat(refusal(code, "invalid"))[1]


def test_who_gets_no_answer_is_not_sent_to_look_for_keys():
    what, mend = of_wechat(WeChatError(0, "no connection", Trouble.BUSY))
    assert what == "没有得到微信的回答（no connection）"
    assert "APP_SECRET" not in mend


def test_a_code_that_nobody_has_met_is_told_as_it_came():
    assert of_wechat(refusal(99999, "what is this"))[0].startswith("99999 what is this：")


def test_a_file_s_trouble_is_said_in_chinese_where_we_know_it():
    assert of_file(OSError(errno.ENOSPC, "No space left on device")) == "盘满了"
    assert of_file(OSError(errno.EIO, "Input/output error")) == "Input/output error"
    assert of_file(OSError()) == "OSError"
