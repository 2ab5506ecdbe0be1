"""Template fields: what comes in as people write it goes out as the platform takes it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wechat.template_fields import fit


@pytest.mark.parametrize(
    ("field", "value", "fitted"),
    [
        ("thing1", "德尚小区3号楼", "德尚小区3号楼"),
        ("thing1", "德尚小区3号楼二单元电梯又坏了困住两个人请快来人", "德尚小区3号楼二单元电梯又坏了困住两个…"),
        ("thing11", "第一行\n第二行\r\n\t三", "第一行 第二行 三"),
        ("thing1", "😭" * 20, "😭" * 9 + "…"),
        ("thing1", " \x00 ", "无"),
        ("thing1", "\ud83d灯", "灯"),
        ("number2", "共 12 件", "12"),
        ("number2", "无", "0"),
        ("letter3", "A座b", "Ab"),
        ("symbol4", "a!@#$%^&", "!@#$%"),
        ("character_string5", "WH-20261121-0007（电梯）", "WH-20261121-0007"),
        ("character_string5", "编号", "-"),
        ("phone_number6", "0358-123 4567 转 8", "0358-12345678"),
        ("car_number7", "晋J·12345", "晋J12345"),
        ("amount8", "约￥12.50", "￥12.50"),
        ("name9", "欧阳3娜娜·买买提·阿不都热合曼", "欧阳娜娜·买买提·阿"),
        ("name9", "Zhang San 2", "Zhang San"),
        ("phrase10", "已派单（三号）请等", "已派单三号"),
        ("phrase10", "OK", "无"),
        ("time11", "2026年11月21日\n15:01", "2026年11月21日 15:01"),
        ("date12", "2026-11-21", "2026-11-21"),
        ("keyword1", "长" * 300, "长" * 199 + "…"),
        ("first", "您好\n您的诉求", "您好 您的诉求"),
        ("const13", "处理中", "处理中"),
    ],
)
def test_a_value_is_made_to_fit_its_field(field, value, fitted):
    assert fit(field, value) == fitted


SHAPES = {
    "thing1": r".{1,20}",
    "number1": r"[0-9.]{1,32}",
    "letter1": r"[A-Za-z]{1,32}",
    "symbol1": r"[!-/:-@\[-`{-~]{1,5}",
    "character_string1": r"[ -~]{1,32}",
    "phone_number1": r"[0-9+-]{1,17}",
    "phrase1": r"[\u3400-\u9fff\uf900-\ufaff]{1,5}",
    "car_number1": r".{1,8}",
    "name1": r"\D{1,20}",
}


@pytest.mark.parametrize("field", SHAPES)
@given(value=st.text(st.characters(exclude_categories=[]), max_size=80))
def test_nothing_breaks_a_field_s_rule(field, value):
    fitted = fit(field, value)
    assert re.fullmatch(SHAPES[field], fitted)
    fitted.encode()
