"""Studies: plan, start, watch, stop, resume, tune; their tables, figures and reports."""

from __future__ import annotations

import mimetypes
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from snntrainer3d.server.description import ERROR_RESPONSES, takes
from snntrainer3d.server.requests import document
from snntrainer3d.server.study_models import (
    BuiltInStudies,
    PlanStudy,
    ResumeStudy,
    StartStudy,
    StudyDetail,
    StudyList,
    StudyPlan,
    StudyReport,
    TuneStudy,
)
from snntrainer3d.server.study_views import StudyViews
from snntrainer3d.server.views import RunViews
from snntrainer3d.spec import parse

router = APIRouter(tags=["studies"], responses=ERROR_RESPONSES)
FILE: dict[int | str, dict[str, Any]] = {200: {"content": {"*/*": {}}, "description": "The file."}}
MOST_SEEDS = 300
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; sandbox"
"""A report is a page of its own: styled within, without scripts, and apart from ours."""


def studies_of(request: Request) -> StudyViews:
    """Give the studies as the API shows them."""
    studies: StudyViews = request.app.state.studies
    return studies


Studies = Annotated[StudyViews, Depends(studies_of)]
json = RunViews.json


async def _plan_body(request: Request) -> PlanStudy:
    return parse(PlanStudy, await document(request), what="request")


async def _start_body(request: Request) -> StartStudy:
    return parse(StartStudy, await document(request), what="request")


async def _resume_body(request: Request) -> ResumeStudy:
    return parse(ResumeStudy, await document(request), what="request")


async def _tune_body(request: Request) -> TuneStudy:
    return parse(TuneStudy, await document(request), what="request")


@router.get("/studies", response_model=StudyList)
def list_studies(studies: Studies) -> Response:
    """Give all studies, newest first."""
    return json({"studies": studies.rows()})


@router.get("/studies/built-in", response_model=BuiltInStudies)
def built_in(studies: Studies, seeds: Annotated[int, Query(ge=1, le=MOST_SEEDS)] = 1) -> Response:
    """Give the studies that come with the program, over so many seeds."""
    return json({"studies": studies.built_in(seeds)})


@router.post("/studies/plan", response_model=StudyPlan, openapi_extra=takes(PlanStudy))
def plan(studies: Studies, body: Annotated[PlanStudy, Depends(_plan_body)]) -> Response:
    """Tell what a study would train and about how long; a faulty document is no error here."""
    return json(studies.plan(body.study, body.workers))


@router.post("/studies", status_code=201, response_model=StudyDetail, openapi_extra=takes(StartStudy))
def start_study(studies: Studies, body: Annotated[StartStudy, Depends(_start_body)]) -> Response:
    """Make a study and train its runs in a process of its own, which outlives the server."""
    return json(studies.create(body.study, body.workers, start=body.start), 201)


@router.get("/studies/{study_id}", response_model=StudyDetail)
def show_study(study_id: str, studies: Studies) -> Response:
    """Give one study with how far its runs are."""
    return json(studies.detail(study_id))


@router.post("/studies/{study_id}/start", response_model=StudyDetail, openapi_extra=takes(ResumeStudy))
def resume_study(study_id: str, studies: Studies, body: Annotated[ResumeStudy, Depends(_resume_body)]) -> Response:
    """Train what is missing of a study; nothing that is finished is trained again."""
    return json(studies.start(study_id, body.workers, replace_deleted=body.replace_deleted))


@router.post("/studies/{study_id}/tune", response_model=StudyDetail, openapi_extra=takes(TuneStudy))
def tune_study(study_id: str, studies: Studies, body: Annotated[TuneStudy, Depends(_tune_body)]) -> Response:
    """Let Optuna choose runs over the fields of a random search, or go on with that."""
    return json(studies.tune(study_id, body.trials))


@router.post("/studies/{study_id}/stop", response_model=StudyDetail)
def stop_study(study_id: str, studies: Studies) -> Response:
    """Stop a study after its runs' present updates; it can be resumed."""
    return json(studies.stop(study_id))


@router.delete("/studies/{study_id}", status_code=204)
def delete_study(study_id: str, studies: Studies) -> Response:
    """Delete a study with its report; its runs stay."""
    studies.delete(study_id)
    return Response(status_code=204)


@router.get("/studies/{study_id}/report", response_model=StudyReport)
def show_report(study_id: str, studies: Studies) -> Response:
    """Give the tables and figures that were written of a study."""
    return json(studies.report(study_id))


@router.post("/studies/{study_id}/report", response_model=StudyReport)
def write_report(study_id: str, studies: Studies) -> Response:
    """Write the report now, of the runs that are finished; takes seconds."""
    return json(studies.write_report(study_id))


@router.get("/studies/{study_id}/files/{path:path}", response_class=Response, responses=FILE)
def report_file(study_id: str, path: str, studies: Studies) -> Response:
    """Give one file of a study's report."""
    content = studies.file(study_id, path)
    media = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return Response(content, media_type=media, headers={"Content-Security-Policy": REPORT_POLICY})
