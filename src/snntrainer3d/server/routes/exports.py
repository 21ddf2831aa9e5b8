"""Files to take home."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import asdict
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from snntrainer3d.analysis import metrics_csv
from snntrainer3d.exports import (
    FORMS,
    Form,
    figure_file,
    figures_zip,
    form_of,
    is_c_name,
    model_card,
    packed,
    settings_json,
)
from snntrainer3d.jobs import page_of
from snntrainer3d.server.description import ERROR_RESPONSES
from snntrainer3d.server.export_models import ExportForms, ExportProof
from snntrainer3d.server.routes.playback import Worker
from snntrainer3d.server.routes.runs import Views
from snntrainer3d.spec import RunSpec

router = APIRouter(tags=["exports"])
Picture = Literal["png", "svg"]
CircuitForm = Literal["ideal", "vccs", "opamp", "async"]
PrintForm = Literal["svg", "dxf", "gds", "stl", "glb"]
PROOF_LIMIT_S = 900.0


def _file(media: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media: {}}, "description": "The file."}, **ERROR_RESPONSES}


def _plain(run_name: str) -> str:
    # Only plain characters: a name is written by people and ends up in a header.
    return (re.sub(r"[^A-Za-z0-9._-]+", "-", run_name).strip("-.") or "run")[:80]


def _ending(form: Form, several: bool) -> str:
    return f"-{form.name}.zip" if several else form.ending


def _form(form: Form, spec: RunSpec, run_name: str) -> dict[str, Any]:
    faults = [asdict(fault) for fault in form.faults(spec.network, spec.training)]
    # NIR has a file beside it, C a header: several files are one zip.
    name = f"{_plain(run_name)}{_ending(form, form.several)}"
    missing = "" if form.runs_here else form.needs
    about = {"name": form.name, "title": form.title, "file": name}
    return {**about, "runs_here": form.runs_here, "needs": missing, "faults": faults}


def _download(content: bytes | str, media: str, run_name: str, ending: str) -> Response:
    return Response(content, media_type=media, headers=_headers(run_name, ending))


def _headers(run_name: str, ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{_plain(run_name)}{ending}"'}


@router.get("/runs/{run_id}/export/run", response_class=Response, responses=_file("application/zip"))
def export_run(run_id: str, views: Views) -> Response:
    """Give the run with all that it holds as one file, which any other home can import."""
    descriptor, name = tempfile.mkstemp(prefix=".export-", dir=views.store.home)
    os.close(descriptor)
    try:
        views.export_file(run_id, FilePath(name))
    except BaseException:
        FilePath(name).unlink(missing_ok=True)
        raise
    away = BackgroundTask(FilePath(name).unlink, missing_ok=True)
    return FileResponse(
        name, media_type="application/zip", headers=_headers(views.name(run_id), ".snnrun.zip"), background=away
    )


@router.get("/runs/{run_id}/export", response_model=ExportForms, responses=ERROR_RESPONSES)
def list_forms(run_id: str, views: Views) -> Response:
    """Tell in which forms a run's weights can be taken home, and why not in the others."""
    from snntrainer3d.circuits import circuit_faults

    spec, name = views.spec(run_id), views.name(run_id)
    forms = [_form(form, spec, name) for form in FORMS.values()]
    return views.json({"forms": forms, "circuit_faults": [asdict(fault) for fault in circuit_faults(spec.network)]})


@router.get("/runs/{run_id}/export/circuit.zip", response_class=Response, responses=_file("application/zip"))
def export_circuit(run_id: str, views: Views, form: CircuitForm = "opamp") -> Response:
    """Give the network as a circuit: a SPICE sub-circuit with pins, a table for each crossbar, the parts."""
    from snntrainer3d.circuits import (
        CircuitSettings,
        as_subcircuit,
        bill_csv,
        bill_of,
        conductances_csv,
        design_circuit,
    )

    name = _plain(views.name(run_id))
    design = design_circuit(views.trained(run_id), CircuitSettings(form=form))
    tables = enumerate(conductances_csv(design), start=1)
    files = {
        f"{name}.cir": as_subcircuit(design, title=name),
        **{f"{name}-conductances-layer{layer}.csv": table for layer, table in tables},
        f"{name}-parts.csv": bill_csv(bill_of(design)),
    }
    content = packed({inside: text.encode() for inside, text in files.items()})
    return _download(content, "application/zip", name, "-circuit.zip")


@router.get("/runs/{run_id}/export/print.zip", response_class=Response, responses=_file("application/zip"))
def export_print(run_id: str, views: Views, form: PrintForm = "svg") -> Response:
    """Give the print of the circuit: a drawing for each ink layer, or the whole stack in one file."""
    from snntrainer3d import circuits

    name = _plain(views.name(run_id))
    stack = circuits.stack_of(circuits.design_circuit(views.trained(run_id)))
    if form in ("svg", "dxf"):
        drawn = circuits.sheets_svg(stack) if form == "svg" else circuits.sheets_dxf(stack)
        content = packed({f"{name}-{ink}.{form}": text.encode() for ink, text in drawn.items()})
        return _download(content, "application/zip", name, f"-print-{form}.zip")
    whole = {"gds": circuits.sheets_gds, "stl": circuits.stack_stl, "glb": circuits.stack_glb}
    return _download(whole[form](stack), "application/octet-stream", name, f".{form}")


@router.get("/runs/{run_id}/export/csv", response_class=Response, responses=_file("text/csv"))
def export_csv(run_id: str, views: Views) -> Response:
    """Give losses, accuracies and rates over the updates as CSV."""
    return _download(metrics_csv(views.all_events(run_id)), "text/csv", views.name(run_id), "-metrics.csv")


@router.get("/runs/{run_id}/export/settings", response_class=Response, responses=_file("application/json"))
def export_settings(run_id: str, views: Views) -> Response:
    """Give the run's document, ready to be trained again."""
    return _download(settings_json(views.spec(run_id)), "application/json", views.name(run_id), "-settings.json")


@router.get("/runs/{run_id}/export/card", response_class=Response, responses=_file("text/markdown"))
def export_card(run_id: str, views: Views) -> Response:
    """Give the model card: network, data, recipe and figures as Markdown."""
    detail = views.detail(run_id)
    recipe_known = not detail["imported"] and detail["launcher"] != "watch"
    card = model_card(views.spec(run_id), detail["name"], detail["results"], recipe_known=recipe_known)
    return _download(card, "text/markdown", detail["name"], "-card.md")


@router.get("/runs/{run_id}/export/page", response_class=Response, responses=_file("text/html"))
def export_page(run_id: str, views: Views, worker: Worker) -> Response:
    """Give the run as one HTML file: 3D view, samples with their spikes, charts; it opens from disk."""
    played = worker.ask("show", limit_s=PROOF_LIMIT_S, run=views.place(run_id))
    return _download(page_of(views.store, run_id, played), "text/html", views.name(run_id), ".html")


@router.get("/runs/{run_id}/export/figures.zip", response_class=Response, responses=_file("application/zip"))
def export_figures(run_id: str, views: Views) -> Response:
    """Give all figures as PNG and SVG in one zip."""
    name = views.name(run_id)
    content = figures_zip(views.all_events(run_id), views.results(run_id), name)
    return _download(content, "application/zip", name, "-figures.zip")


@router.get(
    "/runs/{run_id}/export/figure/{figure}.{form}",
    response_class=Response,
    responses={
        200: {"content": {"image/png": {}, "image/svg+xml": {}}, "description": "The figure."},
        **ERROR_RESPONSES,
    },
)
def export_figure(
    run_id: str, figure: Annotated[str, Path(description="loss, accuracy or confusion")], form: Picture, views: Views
) -> Response:
    """Give one figure."""
    name = views.name(run_id)
    content = figure_file(figure, form, views.all_events(run_id), views.results(run_id), name)
    return _download(content, "image/svg+xml" if form == "svg" else "image/png", name, f"-{figure}.{form}")


# After all that have a word of their own in this place.
@router.get("/runs/{run_id}/export/{form}", response_class=Response, responses=_file("application/octet-stream"))
def export_weights(run_id: str, form: str, views: Views) -> Response:
    """Give network and weights in a form: as they are, or as code."""
    chosen, name = form_of(form), _plain(views.name(run_id))
    file = f"{name}{chosen.ending}"
    # A run may be called as one of C's own headers, which its file may not.
    if file.endswith(".c") and not is_c_name(file):
        file = f"run-{file}"
    files = chosen.write(views.trained(run_id), file)
    several = len(files) > 1
    return _download(packed(files), "application/zip" if several else chosen.media, name, _ending(chosen, several))


@router.get("/runs/{run_id}/export/{form}/proof", response_model=ExportProof, responses=ERROR_RESPONSES)
def prove_export(run_id: str, form: str, views: Views, worker: Worker) -> Response:
    """Run an export on samples and tell what differs from the network; takes seconds."""
    found = worker.ask("prove", limit_s=PROOF_LIMIT_S, run=views.place(run_id), form=form_of(form).name)
    return Response(found, media_type="application/json")
