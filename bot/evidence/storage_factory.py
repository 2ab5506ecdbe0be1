"""The shelf that the settings name."""

from bot.evidence.s3 import Bucket
from bot.evidence.storage import Folder, MediaStorage
from bot.installation.settings import Settings


def shelf_of(settings: Settings) -> MediaStorage:
    """One setting, `files.media`, says whether it is a folder or a bucket."""
    files = settings.files
    if folder := settings.media_folder:
        return Folder(folder)
    key, secret = files.media_key.get_secret_value(), files.media_secret.get_secret_value()
    return Bucket(files.media, key, secret, files.media_region)
