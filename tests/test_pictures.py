"""What a camera notes goes out of published pictures; the pixels, the colours and the orientation stay."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from conftest import Book
from PIL import Image, ImageCms, PngImagePlugin

from blogkit.pictures import clean, cleaned

PRIVATE = (b"Kim", b"Canon", b"37.56", b"xpacket", b"appended")
XMP = b"<?xpacket begin='' ?><x:xmpmeta xmlns:x='adobe:ns:meta/'>Kim</x:xmpmeta>"
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def notes(orientation: int = 6) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x013B] = orientation, "Canon", "Kim"
    exif.get_ifd(0x8825)[29] = "37.56"
    return exif


def photo(kind: str, orientation: int = 6, **more: object) -> bytes:
    """A photograph with all that a camera, and who worked on it, may note."""
    image = Image.effect_noise((40, 30), 60).convert("RGB")
    file = io.BytesIO()
    options: dict[str, object] = {"exif": notes(orientation), "icc_profile": PROFILE}
    if kind == "PNG":
        texts = PngImagePlugin.PngInfo()
        texts.add_text("Author", "Kim")
        texts.add_text("Author", "Kim", zip=True)
        texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
        texts.add(b"tIME", bytes(7))
        options["pnginfo"] = texts
        more = {"dpi": (200, 200), **more}
    else:
        options["xmp"] = XMP
    if kind == "JPEG":
        options["comment"] = "Kim"
    image.save(file, kind, **options, **more)
    data = file.getvalue()
    if kind == "JPEG":  # IPTC
        segments = {b"\xff\xed": b"Photoshop 3.0\x008BIM Kim", b"\xff\xfe": b"\0Kim", b"\xff\xe5": b"\0Kim"}
        for marker, block in segments.items():
            data = data[:2] + marker + (len(block) + 2).to_bytes(2) + block + data[2:]
    return data


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("JPEG", {"progressive": True}),
        ("JPEG", {}),
        ("JPEG", {"restart_marker_rows": 1}),
        ("PNG", {}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
    ],
)
def test_nothing_is_left_but_what_is_seen(kind: str, more: dict[str, object]) -> None:
    before = photo(kind, **more) + b"appended"
    assert all(word in before for word in PRIVATE[:2])
    after = cleaned(before)
    assert not [word for word in PRIVATE if word in after]
    old, new = opened(before), opened(after)
    assert dict(new.getexif()) == {0x0112: 6}
    assert (new.tobytes(), new.info["icc_profile"]) == (old.tobytes(), PROFILE)
    assert new.info.get("dpi") == old.info.get("dpi") or kind == "JPEG"
    assert not {"xmp", "comment", "photoshop", "Author", "XML:com.adobe.xmp"} & set(new.info)
    assert cleaned(after) == after
    upright = cleaned(photo(kind, orientation=1, **more))
    assert not opened(upright).getexif()
    assert b"xif" not in upright.lower()


def test_animations_keep_their_frames() -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "green", "blue")]
    for kind in ("PNG", "WEBP"):
        file = io.BytesIO()
        frames[0].save(file, kind, save_all=True, append_images=frames[1:], exif=notes())
        after = opened(cleaned(file.getvalue()))
        assert after.n_frames == 3  # type: ignore[attr-defined]
        assert dict(after.getexif()) == {0x0112: 6}


def test_damaged_pictures_are_cut_where_they_are_cut() -> None:
    """Whatever is wrong with it, it ends, and nothing of what was noted is left."""
    chance = random.Random(1)
    for kind in ("JPEG", "PNG", "WEBP"):
        whole = photo(kind)
        for _ in range(150):
            data = bytearray(whole[: chance.randrange(16, len(whole))])
            for _ in range(chance.randrange(4)):
                data[chance.randrange(16, len(data))] = chance.randrange(256)
            cleaned(bytes(data))
        assert b"Canon" not in cleaned(whole[: len(whole) // 2])


def test_a_picture_without_its_head_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "photo"
    file.write_bytes(b"RIFF\x14\0\0\0WEBPVP8X\0\0\0\0VP8 \0\0\0\0")
    with pytest.raises(Exception, match="photo: is a damaged WebP; save it again"):
        clean(file)


@pytest.mark.parametrize("kind", ["TIFF", "AVIF"])
def test_what_cannot_be_cleaned_is_refused(tmp_path: Path, kind: str) -> None:
    image, file = Image.new("RGB", (8, 8)), tmp_path / "photo"
    image.save(file, kind)
    before = file.read_bytes()
    clean(file)
    assert file.read_bytes() == before
    image.save(file, kind, exif=notes())
    with pytest.raises(Exception, match=r"photo: holds what a camera noted.*; save it as JPEG, PNG or WebP"):
        clean(file)


def test_what_is_published_is_clean_and_cleaned_once(book: Book) -> None:
    """Pictures of pages, downloads, thumbnails, what lies in ``images/``; the author's own files stay as they are."""
    source = photo("JPEG")
    for name in ("images/beside.jpg", "images/other.jpg", "posts/shown.jpg", "posts/offered.bin", "posts/small.jpg"):
        book.write(name, source)
    body = "![](shown.jpg)\n\n{download}`x <offered.bin>`\n"
    book.post("2024-01-01-one", body, thumbnail="posts/small.jpg")
    book.build()
    pictures = {path.name: path for path in book.site.rglob("*") if path.suffix in (".jpg", ".bin", ".webp")}
    assert {"beside.jpg", "shown.jpg", "offered.bin"} < set(pictures)
    for path in pictures.values():
        assert not [word for word in PRIVATE if word in path.read_bytes()]
    assert opened(pictures["shown.jpg"].read_bytes()).getexif()[0x0112] == 6
    (thumbnail,) = (path for name, path in pictures.items() if name.endswith(".webp"))
    assert opened(thumbnail.read_bytes()).size == (30, 40)  # turned
    assert all(
        (book.root / name).read_bytes() == source
        for name in ("images/beside.jpg", "images/other.jpg", "posts/shown.jpg")
    )

    before = {name: (path.read_bytes(), path.stat().st_ino) for name, path in pictures.items()}
    book.post("2024-01-01-one", body + "\n더\n", thumbnail="posts/small.jpg")
    book.write("images/other.jpg", photo("PNG"))
    book.build()  # Sphinx copies again what a changed page shows
    assert pictures["shown.jpg"].read_bytes() == before["shown.jpg"][0]
    assert pictures["beside.jpg"].stat().st_ino == before["beside.jpg"][1]
    assert opened(pictures["other.jpg"].read_bytes()).format == "PNG"
    Image.new("RGB", (8, 8)).save(book.root / "images/photo.tif", exif=notes())
    assert "images/photo.tif: holds what a camera noted" in book.fail()
