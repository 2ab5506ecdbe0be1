"""Numbers that tell who somebody is."""

import pytest

from nlp.reading.identities import IdentityKind, find_identities, mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("电话13800138000，请回电", "电话138****8000，请回电"),
        ("手机 138 0013 8000", "手机 138******8000"),
        ("+8613800138000", "+*********8000"),
        ("１３８００１３８０００", "138****8000"),
        ("身份证110101199003071234", "身份证1*************1234"),
        ("身份证11010119900307123X号", "身份证1*************123X号"),
        ("卡号6222021234567890123", "卡号6**************0123"),
        ("138.1234.5678", "138******5678"),
        ("138 123 45678", "138******5678"),
        ("(138)1234-5678", "(138******5678"),
        ("138\u200b12345678", "138*****5678"),
        ("1 3 8 1 2 3 4 5 6 7 8", "1**************** 7 8"),
        ("①③⑧①②③④⑤⑥⑦⑧", "138****5678"),
        ("电话一三八一二三四五六七八", "电话一三八****五六七八"),
        ("幺三八幺二三四五六七八打给我", "幺三八****五六七八打给我"),
        ("110101 19900307 1234", "1***************1234"),
        ("座机0358-7612345", "座机035*****2345"),
    ],
)
def test_numbers_are_masked(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "打12345三次了",
        "3号楼2单元502",
        "2026年11月21日",
        "119",
        "物业费1200元",
        "订单20261121093000123",
        "1 3 5 7 9 11 13 15 17号楼",
        "1-3-5-7-9-11-13栋",
        "温度15.5 16 17 2026年",
        "一三五七九单元",
        "一三五七九一一三五七九十号楼",
        "",
    ],
)
def test_other_numbers_stay(text):
    assert mask(text) == text
    assert find_identities(text) == ()


def test_several_numbers_are_found_in_their_order():
    kinds = [found.kind for found in find_identities("张三110101199003071234，手机13900139000")]
    assert kinds == [IdentityKind.IDENTITY_CARD, IdentityKind.MOBILE]


def test_an_identity_number_is_not_read_as_a_telephone():
    (found,) = find_identities("110101199003071234")
    assert found.kind is IdentityKind.IDENTITY_CARD
