"""A folder and a bucket do the same; the bucket is a real server's, which looks at every signature."""

import boto3
import pytest
from moto import settings as moto_settings
from moto.server import ThreadedMotoServer
from testbed import ROOT

from bot.evidence.s3 import Bucket
from bot.evidence.storage import Folder, MediaStorageError, delete_all, keep, thumb_of
from bot.evidence.storage_factory import shelf_of
from bot.installation.settings import load_settings
from bot.operating.checking import look_over

pytestmark = pytest.mark.slow
POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'


@pytest.fixture(scope="module")
def service():
    """Its address, and the keys of somebody who may use it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    keys = {"aws_access_key_id": "root", "aws_secret_access_key": "root", "region_name": "us-east-1"}
    boto3.client("s3", endpoint_url=url, **keys).create_bucket(Bucket="town")
    iam = boto3.client("iam", endpoint_url=url, **keys)
    iam.create_user(UserName="whistle")
    iam.put_user_policy(UserName="whistle", PolicyName="all", PolicyDocument=POLICY)
    key = iam.create_access_key(UserName="whistle")["AccessKey"]
    moto_settings.INITIAL_NO_AUTH_ACTION_COUNT = 0  # from here on it looks at signatures
    yield url, key["AccessKeyId"], key["SecretAccessKey"]
    moto_settings.INITIAL_NO_AUTH_ACTION_COUNT = float("inf")
    server.stop()


@pytest.fixture(params=["folder", "bucket"])
def shelf(request, tmp_path, service):
    if request.param == "folder":
        yield Folder(tmp_path / "media")
        return
    url, key, secret = service
    yield Bucket(f"s3+{url}/town/photos", key, secret)


def test_what_was_kept_is_read_and_then_gone(shelf):
    name = keep(shelf, b"a picture", "image/jpeg")
    shelf.write(thumb_of(name), b"a small one")
    assert (shelf.read(name), shelf.read(thumb_of(name))) == (b"a picture", b"a small one")
    assert name.endswith(".jpg")
    delete_all(shelf, name)
    for gone in (name, thumb_of(name)):
        with pytest.raises(MediaStorageError):
            shelf.read(gone)
    delete_all(shelf, name)


def test_the_same_twice_is_one_file(shelf):
    assert keep(shelf, b"twice", "audio/mpeg") == keep(shelf, b"twice", "audio/mpeg")


def test_a_wrong_secret_is_refused(service):
    url, key, _ = service
    with pytest.raises(MediaStorageError, match="403"):
        Bucket(f"s3+{url}/town", key, "another").write("a", b"b")


def test_a_service_that_is_away_is_an_error_and_no_more():
    with pytest.raises(MediaStorageError):
        Bucket("s3+http://127.0.0.1:9/town", "k", "s").read("a")


def test_a_full_or_missing_disk_is_an_error_and_no_more(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(MediaStorageError):
        Folder(tmp_path / "file").write("aa/b.jpg", b"c")


def settings(media, **keys):
    return load_settings(ROOT / "config.yaml", files={"media": media, **keys})


def test_one_setting_says_which(service):
    url, key, secret = service
    bucket = shelf_of(settings(f"s3+{url}/town", media_key=key, media_secret=secret))
    assert isinstance(bucket, Bucket)
    assert secret not in repr(bucket)
    assert shelf_of(settings("var/photos")) == Folder(ROOT / "var" / "photos")


@pytest.mark.parametrize("media", ["s3://town", "s3+https://host", "s3+ftp://host/town"])
def test_an_address_that_is_none_is_said_at_the_start(media):
    with pytest.raises(Exception, match="桶名"):
        settings(media)


def test_check_tries_the_bucket(service):
    url, key, secret = service
    good = look_over(settings(f"s3+{url}/town", media_key=key, media_secret=secret), online=True)
    bad = look_over(settings(f"s3+{url}/town", media_key=key, media_secret="no"), online=True)
    assert [each for each in good if "照片" in each.what] == []
    assert any("照片存不下" in each.what for each in bad)
