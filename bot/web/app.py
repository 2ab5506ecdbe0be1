"""The Flask app: WeChat's webhook, people's pages, and health checks for operators' monitors."""

import time
from collections.abc import Callable
from dataclasses import replace

import structlog
from flask import Flask, Response, jsonify
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from bot.assembly import Program, webhook_settings, wecom_settings
from bot.installation.database import is_current, is_writable
from bot.installation.free_disk_space import is_full, written_folders
from bot.installation.signed_links import links
from bot.logs import named
from bot.open311.view import open311
from bot.pages.ticket import ticket_pages
from bot.web import metrics
from bot.web.board.views import board
from bot.web.files import files
from bot.web.headers import harden
from bot.web.hotline import hotline
from bot.web.public_notice import notice
from bot.web.scores.views import score_pages
from bot.web.wecom import wecom_desk
from bot.webhook.view import webhook
from bot.wecom.callback import callback
from models.grid import Grid

log = structlog.get_logger(__name__)


def create_app(program: Program, now: Callable[[], float] = time.time) -> Flask:
    """All routes of a web process. `now`: the time by which the platform's requests are checked for freshness."""
    app = Flask("whistle", static_folder=None)
    say = program.towns.say
    app.register_blueprint(
        webhook(
            replace(webhook_settings(program.settings), now=now),
            program.answering.answer,
            apology=say("apology_not_kept"),
            ending=say("cut_off"),
            failed=lambda message, error: program.answering.keep_failed(message, error, say("apology")),
            in_danger=program.answering.in_danger,
        )
    )
    if program.settings.wecom.is_used:
        app.register_blueprint(callback(wecom_settings(program.settings), wecom_desk(program), now))
    app.add_url_rule("/healthz", view_func=lambda: Response("ok\n", mimetype="text/plain"), endpoint="healthz")
    app.add_url_rule("/readyz", view_func=lambda: _ready(program), endpoint="readyz")
    app.add_url_rule("/metrics", view_func=lambda: _metrics(program), endpoint="metrics")
    app.register_blueprint(notice(program))
    app.register_blueprint(hotline(program))
    if program.settings.open311.enabled:
        app.register_blueprint(open311(program))
    if download_links := links(program.settings):
        app.register_blueprint(files(program, download_links))
        app.register_blueprint(board(program, download_links))
        app.register_blueprint(score_pages(program, download_links))
        app.register_blueprint(ticket_pages(program, download_links))
    app.register_error_handler(SQLAlchemyError, _database_away)
    harden(app)
    return app


def _ready(program: Program) -> Response:
    """Ready if the database answers, is writable, has disk space, is migrated, and contains a world."""
    if is_full(program.settings, program.engine):
        return _state("disk", ready=False)
    try:
        with program.reading() as session:
            session.execute(text("select 1"))
            has_world = session.scalar(select(Grid.code).limit(1)) is not None
        migrated, writable = is_current(program.engine), is_writable(program.engine)
    except SQLAlchemyError:
        return _state("database", ready=False)
    if not writable:
        return _state("read_only", ready=False)
    return _state("ready" if has_world and migrated else "world" if migrated else "migrations", has_world and migrated)


def _state(what: str, ready: bool) -> Response:  # noqa: FBT001
    response = jsonify({"ready": ready, "what": what})
    response.status_code = 200 if ready else 503
    return response


def _database_away(error: SQLAlchemyError) -> Response:
    """The answer of other routes than the webhook, which answers by itself."""
    log.error("database_away", error=named(error))
    return _state("database", ready=False)


def _metrics(program: Program) -> Response:
    with program.reading() as session, program.replica.beside(session) as figures:
        folders, replica = written_folders(program.settings, program.engine), program.replica.state(session)
        said = metrics.exposition(figures, program.clock(), folders, replica)
        return Response(said, content_type=metrics.CONTENT_TYPE)
