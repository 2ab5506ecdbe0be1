"""Commands about the town's answers: answer."""

import json
import sys
from typing import Any

import click

from bot.assembly import Program
from bot.commands.shared import Command, pass_command, say_json
from handlers.town.limits import local_day
from handlers.town.town import Town
from nlp.faq.answers import Answer


@click.command()
@click.argument("text", required=False)
@click.option("--jsonl", is_flag=True, help='从标准输入读 {"id","text"}，一行一个')
@pass_command
def answer(command: Command, text: str | None, *, jsonl: bool) -> None:
    """从 answers.csv 里找一个问题的答案，给出 JSON；投诉不用答案打发。"""
    program = command.program()
    with program.reading() as session:
        town = program.towns.current(session)
    if not jsonl:
        if text is None:
            raise click.UsageError("请给一句话，或用 --jsonl 从标准输入读")
        say_json(_answered(program, town, None, text))
        return
    for number, line in enumerate(sys.stdin, start=1):
        try:
            row = json.loads(line)
            found = _answered(program, town, row.get("id"), row["text"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise click.ClickException(f"标准输入第{number}行不是 {{id, text}}：{error}") from None
        say_json(found)


def _answered(program: Program, town: Town, number: object, text: str) -> dict[str, Any]:
    seen = town.reader.understand(text)
    serves = town.world.around(seen.place.known if seen.place else "")
    found = town.answers.find(text, seen, local_day(program.clock()), serves)
    return {
        "id": number,
        "answer": _row(found.answer) if found.answer else None,
        "choices": [_row(each) for each in found.choices],
        "confidence": found.confidence,
    }


def _row(row: Answer) -> dict[str, str]:
    """As the table has it (DESIGN 4)."""
    return {
        "id": row.id,
        "question": row.question,
        "also": ";".join(row.also),
        "answer": row.answer,
        "source": row.source,
        "valid_until": row.valid_until.isoformat() if row.valid_until else "",
        "area": row.area,
        "contact": row.contact,
    }
