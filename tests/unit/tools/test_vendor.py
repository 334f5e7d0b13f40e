"""Front-end files are the ones that `vendor.lock` names, byte for byte, and no other."""

from tools.vendor import LOCK, ROOT, packages, sha256

SHIPPED = {".js", ".css"}


def test_files_are_what_the_lock_says() -> None:
    """Each has its digest; none lies there that nobody named."""
    files = {file["to"]: file["sha256"] for package in packages() for file in package["files"]}
    assert {name: sha256(ROOT / name) for name in files} == files
    lying = {path.relative_to(ROOT).as_posix() for path in LOCK.parent.iterdir() if path.suffix in SHIPPED}
    assert lying == {name for name in files if name.startswith(LOCK.parent.relative_to(ROOT).as_posix())}


def test_every_package_says_what_it_is() -> None:
    """Version, licence, npm's digest of the whole archive: `make vendor` compares it before it opens one."""
    for package in packages():
        assert package["version"] and package["licence"] and package["npm"].startswith("sha512-")
