"""Import a town: a folder of files → records, all or none; records → database, idempotent.

`read_world` alone is the check, and needs no database.
"""

from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from handlers.tables.table import Problem, TableError
from handlers.town_import.answers import answer_problems, answer_records, write_answers
from handlers.town_import.boundaries import read_boundaries
from handlers.town_import.care import care_problems, care_records, care_warnings, write_care
from handlers.town_import.enrolling import write_people
from handlers.town_import.grids import Tree, building_problems, grid_problems, grid_records, team_problems, team_records
from handlers.town_import.patrols import patrol_problems, patrol_records, write_patrols
from handlers.town_import.people import people_problems, people_records, people_warnings, team_warnings
from handlers.town_import.places import place_problems, place_records
from handlers.town_import.records import WorldFiles
from handlers.town_import.references import with_codes
from handlers.town_import.roster import roster_problems, roster_records, write_roster
from handlers.town_import.tables import read_tables
from handlers.town_import.writing import Tally, write_grids, write_places, write_teams
from handlers.world.world import VERSION, world_version
from models.grid import Fact

__all__ = ["ImportSummary", "Problem", "TableError", "Tally", "WorldFiles", "import_world", "read_world"]


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """The result of an import, by kind of record."""

    grids: Tally
    teams: Tally
    places: Tally
    people: Tally
    roster: Tally | None = None
    """None: the files have no roster"""
    patrols: Tally | None = None
    care: Tally | None = None
    answers: Tally | None = None

    @property
    def changed(self) -> bool:
        """Whether the import changed the database."""
        gone = self.answers is not None and bool(self.answers.left)
        return gone or any(tally.added or tally.changed for tally in self.tallies().values())

    def tallies(self) -> dict[str, Tally]:
        told = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: tally for name, tally in told if tally is not None}


def read_world(folder: Path) -> WorldFiles:
    """Read and check the whole folder. Raises TableError with all errors."""
    tables = with_codes(read_tables(folder))
    tree = Tree(tables["grids"])
    boundaries = read_boundaries(folder, tree)
    problems = [problem for table in tables.values() for problem in table.problems]
    problems += grid_problems(tables["grids"], tree)
    problems += building_problems(tables["grids"], tables["places"])
    problems += team_problems(tables["teams"], tree)
    problems += place_problems(tables["places"], tree)
    problems += people_problems(tables["people"], tree, tables["teams"])
    problems += roster_problems(tables["roster"], tables["people"]) if "roster" in tables else ()
    problems += patrol_problems(tables["patrols"], tree) if "patrols" in tables else ()
    problems += care_problems(tables["care"], tree, tables["people"]) if "care" in tables else ()
    problems += answer_problems(tables["answers"], tree) if "answers" in tables else ()
    problems += boundaries.problems if boundaries else ()
    if problems:
        raise TableError(_in_order(problems))
    return WorldFiles(
        grids=grid_records(tables["grids"]),
        teams=team_records(tables["teams"]),
        places=place_records(tables["places"], tree),
        people=people_records(tables["people"]),
        boundaries=boundaries.by_code if boundaries else None,
        roster=roster_records(tables["roster"], tables["people"]) if "roster" in tables else None,
        patrols=patrol_records(tables["patrols"]) if "patrols" in tables else None,
        care=care_records(tables["care"], tables["people"]) if "care" in tables else None,
        answers=answer_records(tables["answers"]) if "answers" in tables else None,
        warnings=(
            *team_warnings(tables["teams"]),
            *people_warnings(tables["people"], tables["teams"]),
            *(care_warnings(tables["care"]) if "care" in tables else ()),
            *(boundaries.warnings if boundaries else ()),
        ),
    )


def import_world(session: Session, files: WorldFiles, now: datetime | None = None) -> ImportSummary:
    """Update the database from the files, in the caller's transaction. Idempotent. `now`: see `write_patrols`."""
    session.flush()
    summary = ImportSummary(
        grids=write_grids(session, files.grids, files.boundaries),
        teams=write_teams(session, files.teams),
        places=write_places(session, files.places),
        people=write_people(session, files.people),
        roster=write_roster(session, files.people, files.roster) if files.roster is not None else None,
        patrols=write_patrols(session, files.patrols, now) if files.patrols is not None else None,
        care=write_care(session, files.people, files.care) if files.care is not None else None,
        answers=write_answers(session, files.answers) if files.answers is not None else None,
    )
    if summary.changed:
        session.merge(Fact(name=VERSION, value=files.digest(before=world_version(session))))
        session.flush()
    session.expire_all()  # objects in the session are older than rows written in bulk
    return summary


def _in_order(problems: list[Problem]) -> list[Problem]:
    """The errors by file and line, without duplicates."""
    files = list(dict.fromkeys(problem.file for problem in problems))
    return sorted(dict.fromkeys(problems), key=lambda problem: (files.index(problem.file), problem.line))
