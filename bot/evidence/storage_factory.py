"""Makes the storage that the settings name."""

from bot.evidence.s3 import Bucket
from bot.evidence.storage import Folder, MediaStorage
from bot.installation.settings import Settings


def shelf_of(settings: Settings) -> MediaStorage:
    """The setting `files.media` is a folder or a bucket's address."""
    files = settings.files
    if folder := settings.media_folder:
        return Folder(folder)
    key, secret = files.media_key.get_secret_value(), files.media_secret.get_secret_value()
    return Bucket(files.media, key, secret, files.media_region)
