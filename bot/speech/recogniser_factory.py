"""Makes the recogniser that the settings name."""

from bot.installation.settings import Settings
from bot.speech.local import LocalModel
from bot.speech.recogniser import Recogniser
from bot.speech.remote_recogniser import Server


def ears_of(settings: Settings) -> Recogniser | None:
    """None if the settings name none: then voices are stored, and staff listen to them."""
    speech = settings.speech
    if speech.server:
        return Server(speech.server, speech.model, speech.language, speech.key.get_secret_value())
    return LocalModel(settings.path(speech.folder), speech.language) if speech.folder else None
