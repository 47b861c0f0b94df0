"""Croissant 1.1 metadata of a dataset (http://mlcommons.org/croissant/1.1): files with hashes, columns, and where they are from."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

import zebra_core as zebra
from zebra_core.dataset.card import ON_THE_HUB

if TYPE_CHECKING:
    from pathlib import Path

    from zebra_hub.terms import Terms

CROISSANT = "croissant.json"
TERMS = [
    "arrayShape",
    "citeAs",
    "column",
    "conformsTo",
    "containedIn",
    "equivalentProperty",
    "excludes",
    "extract",
    "field",
    "fileObject",
    "fileProperty",
    "fileSet",
    "format",
    "includes",
    "isArray",
    "isLiveDataset",
    "jsonPath",
    "key",
    "md5",
    "parentField",
    "path",
    "recordSet",
    "references",
    "regex",
    "repeated",
    "replace",
    "samplingRate",
    "separator",
    "source",
    "subField",
    "transform",
]
CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    **{term: f"cr:{term}" for term in TERMS},
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "name": {"@container": "@language"},
    "description": {"@container": "@language"},
}
"""The context of the specification's appendix 1, as its reference implementation writes it, and `prov`."""
CITATION = "Jung, Park and Jung: ZEBRA: Leveraging Model-Behavioral Knowledge for Zero-Annotation Preference Dataset Construction"
REPOSITORY, FILES, PAIRS = "repository", "files", "pairs"
PARQUET = "application/x-parquet"
NO_HASH = "https://github.com/mlcommons/croissant/issues/80"
"""What the Hub writes, too: the reference implementation requires a hash of every file object, and a git repository has none."""


def croissant(dataset: zebra.Dataset, name: str, url: str, terms: Terms, date: str) -> dict[str, Any]:
    """Return the metadata of a dataset that is published as `name` at `url` on a day."""
    manifest = dataset.manifest
    with pq.ParquetFile(zebra.storage.source(dataset.files[0])) as file:
        schema = file.schema_arrow
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": name.rpartition("/")[2],
        "description": (
            f"{dataset.total:,} pairs of a chosen and a rejected response, made with ZEBRA {manifest.zebra} from the benchmark "
            "scores of the models, without a judgement of any response."
        ),
        "url": url,
        "license": terms.as_croissant(),
        **({"inLanguage": [*terms.languages]} if terms.languages else {}),
        "creator": {"@type": "sc:Organization", "name": name.partition("/")[0]},
        "datePublished": date,
        "keywords": ["preference", "dpo", "zebra"],
        "isLiveDataset": False,
        "citeAs": CITATION,
        "prov:wasDerivedFrom": _sources(manifest),
        "prov:wasGeneratedBy": {
            "@type": "prov:Activity",
            "prov:label": "zebra run" if manifest.mix is None else "zebra mix",
            "prov:wasAssociatedWith": {"@type": "prov:SoftwareAgent", "prov:label": f"ZEBRA {manifest.zebra}"},
        },
        "distribution": _distribution(dataset, url),
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": PAIRS,
                "name": PAIRS,
                "field": [_field(f"{PAIRS}/{field.name}", field.type, field.name) for field in schema],
            }
        ],
    }


def _sources(manifest: zebra.Manifest) -> list[dict[str, str]]:
    """Return what the dataset was derived from: datasets of the Hub by address, files by name."""
    if manifest.mix is not None:
        names = [part.name for part in manifest.mix.parts]
    else:
        names = [file["path"] for file in manifest.inputs] or [f"pool {manifest.recipe['pool']}"]
    addresses = [match[1] if (match := ON_THE_HUB.match(name)) else "" for name in names]
    sources = [
        {"@id": f"https://huggingface.co/datasets/{address}"}
        if address
        else {"@type": "prov:Entity", "prov:label": PurePath(name).name}
        for name, address in zip(names, addresses, strict=True)
    ]
    return [source for at, source in enumerate(sources) if source not in sources[:at]]


def _distribution(dataset: zebra.Dataset, url: str) -> list[dict[str, Any]]:
    """Return the repository, each file of it with its hash, and the files together."""
    with ThreadPoolExecutor() as threads:  # hashing releases Python's lock
        hashes = list(threads.map(_sha256, dataset.files))
    repository = {
        "@type": "cr:FileObject",
        "@id": REPOSITORY,
        "name": REPOSITORY,
        "description": "The repository on the Hugging Face Hub.",
        "contentUrl": url,
        "encodingFormat": "git+https",
        "sha256": NO_HASH,
    }
    names = [shard.name for shard in dataset.manifest.shards]
    files = [
        {
            "@type": "cr:FileObject",
            "@id": f"data/{name}",
            "name": f"data/{name}",
            "contentUrl": f"data/{name}",
            "containedIn": {"@id": REPOSITORY},
            "contentSize": f"{path.stat().st_size} B",
            "encodingFormat": PARQUET,
            "sha256": digest,
        }
        for name, path, digest in zip(names, dataset.files, hashes, strict=True)
    ]
    together = {
        "@type": "cr:FileSet",
        "@id": FILES,
        "name": FILES,
        "containedIn": {"@id": REPOSITORY},
        "encodingFormat": PARQUET,
        "includes": "data/*/*.parquet" if dataset.splits else "data/*.parquet",
    }
    return [repository, *files, together]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, hashlib.sha256).hexdigest()


def _field(name: str, kind: pa.DataType, column: str, path: str = "") -> dict[str, Any]:
    """Return a column, or a field `path` of the messages in it."""
    array = pa.types.is_list(kind)
    item = kind.value_type if array else kind
    field: dict[str, Any] = {"@type": "cr:Field", "@id": name, "name": name}
    if array:
        field |= {"isArray": True, "arrayShape": "-1"}
    if pa.types.is_struct(item):
        inner = [_field(f"{name}/{each.name}", each.type, column, f"{path}.{each.name}".lstrip(".")) for each in item]
        return {**field, "subField": inner}
    source = {"fileSet": {"@id": FILES}, "extract": {"column": column}}
    return {
        **field,
        "dataType": _data_type(item),
        "source": {**source, **({"transform": {"jsonPath": path}} if path else {})},
    }


def _data_type(kind: pa.DataType) -> str:
    if pa.types.is_floating(kind):
        return "sc:Float"
    if pa.types.is_integer(kind):
        return "sc:Integer"
    return "sc:Boolean" if pa.types.is_boolean(kind) else "sc:Text"
