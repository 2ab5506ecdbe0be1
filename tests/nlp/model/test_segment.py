"""The words are jieba's words, and no user of the reader pays for jieba's start."""

import subprocess
import sys
import tempfile
from pathlib import Path

import jieba
import pytest

from nlp.model.features import plain
from nlp.model.segment import Dictionary, Segmenter, jieba_dictionary
from nlp.training.corpus import read_corpus

TEXTS = (
    "3号楼电梯又坏了，老人下不了楼",
    "尊敬的领导您好，我是锦绣花园的业主，物业三个月没有清运垃圾，苍蝇乱飞，请尽快处理。",
    "楼下KTV半夜唱歌吵死了😡",
    "家里一股臭鸡蛋味",
    "",
    " \n，。",
)


@pytest.fixture(scope="module")
def dictionary():
    return jieba_dictionary()


@pytest.fixture(scope="module")
def jiebas_own(dictionary):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dict.txt"
        path.write_text("".join(f"{word} {count}\n" for word, count in dictionary.counts.items()), "utf-8")
        tokenizer = jieba.Tokenizer(str(path))
        tokenizer.tmp_dir = folder  # not /tmp/jieba.cache, which anybody may write
        jieba.setLogLevel(60)
        tokenizer.initialize()
        yield tokenizer


@pytest.mark.parametrize("text", TEXTS)
def test_the_cut_is_jiebas_cut(dictionary, jiebas_own, text):
    ours = Segmenter(dictionary).cut(text)
    assert "".join(ours) == text
    assert chinese(ours) == chinese(jiebas_own.lcut(text, HMM=False))


def chinese(words):
    """Without the others: jieba keeps latin letters and digits together, and the model counts neither so."""
    return [word for word in words if "\u4e00" <= word[0] <= "\u9fff"]


def test_the_cut_of_what_people_write_is_jiebas_too(dictionary, jiebas_own):
    segmenter = Segmenter(dictionary)
    for text in (plain(example.text) for example in read_corpus()[::10]):
        assert chinese(segmenter.cut(text)) == chinese(jiebas_own.lcut(text, HMM=False))


def test_a_dictionary_survives_the_disk(dictionary, tmp_path):
    dictionary.save(tmp_path / "words.txt")
    again = Dictionary.load(tmp_path / "words.txt")
    assert dict(again.counts) == dict(dictionary.counts)
    assert again.links == dictionary.links & set(dictionary.counts)


def test_words_of_the_field_stay_whole(dictionary):
    assert Segmenter(dictionary).cut("飞线充电和僵尸车没人管")[0] == "飞线充电"


def test_a_reading_process_loads_neither_jieba_nor_scikit_learn():
    script = "import sys, nlp.reading.reader, nlp.measuring.evaluation; print([m for m in ('jieba', 'sklearn', 'pypinyin') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
