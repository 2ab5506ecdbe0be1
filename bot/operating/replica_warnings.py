"""What `check` says about the replica."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from bot.operating.finding import Finding
from models.replica import Replica, State

_SAID = {
    State.OLD: ("从库落后了，现在问数字读的是主库", "在主库看 pg_stat_replication，在从库看日志；追上以后自己会换回去"),
    State.AWAY: ("从库连不上，现在问数字读的是主库", "看从库开着没有，地址、用户、密码对不对；好了以后自己会换回去"),
    State.NOT_ONE: (
        "BOT_DATABASE__REPLICA 那一台不是从库（也许已经升为主库），现在问数字读的是主库",
        "从库升为主库以后，BOT_DATABASE__URL 指到它，BOT_DATABASE__REPLICA 去掉或换一台",
    ),
}


def replica_warnings(replica: Replica, primary: Session) -> Iterator[Finding]:
    """Nothing if there is no replica, or if it is fresh."""
    state = replica.state(primary)
    if state in {State.OLD, State.FRESH} and not replica.belongs_to(primary):
        yield Finding("从库不是这个主库的从库，数字会是别处的", "改 BOT_DATABASE__REPLICA，或去掉它")
    elif state in _SAID:
        yield Finding(*_SAID[state], fatal=False)
