"""The lines that teach where another matter begins, and reports of the corpus, which tell of one each."""

from nlp.model.labels import rows
from nlp.reading.clauses import bare
from nlp.training.corpus import read_corpus


def test_written_lines_say_how_many_matters_they_tell():
    lines = list(rows("parts.tsv"))
    assert len(lines) > 100
    assert [(text, matters) for text, matters in lines if text.count("|") + 1 != int(matters)] == []


def test_words_that_join_a_clause_to_the_one_before_are_left_out():
    said = {
        "另外路灯也不亮": "路灯不亮",
        "第二，门锁坏了": "门锁坏了",
        "楼下还有人乱停车": "楼下有人乱停车",
        "还没人来修": "还没人来修",
        "2.垃圾没人收": "垃圾没人收",
    }
    assert {clause: bare(clause) for clause in said} == said


def test_reports_that_tell_of_one_matter_stay_whole(reader):
    """Of the corpus's held-out reports one in five was split before clauses were learned."""
    texts = [example.text for example in read_corpus() if example.held_out and example.intent == "report"]
    short = [text for text in texts if len(text) <= 120]
    split = [text for text in short if len(reader.understand(text).parts) > 1]
    assert len(short) > 400
    assert len(split) / len(short) <= 0.02
