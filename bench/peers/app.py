"""The peer's API: writes a job's row, then sends its task."""

import time
import uuid

from fastapi import FastAPI
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from jobs import Base, Job, draw, engine

Base.metadata.create_all(engine)
app = FastAPI()


class Request(BaseModel):
    model_config = {"extra": "forbid"}

    prompt: str = Field(min_length=1, max_length=10_000)
    negative_prompt: str = ""
    model: str = "easel-mini"
    num_steps: int = Field(default=8, ge=1, le=150)
    guidance_scale: float = Field(default=3, ge=0, le=30)
    scheduler: str = "euler"
    seed: int = Field(default=0, ge=0, le=4_294_967_295)
    width: int = 128
    height: int = 128


@app.post("/api/generated-images", status_code=201)
def create(request: Request) -> dict:
    job = Job(
        id=uuid.uuid4(),
        status="queued",
        request=request.model_dump(),
        created_at=time.time(),
    )
    reply = {"id": str(job.id), "status": job.status, **job.request}
    with Session(engine) as session:
        session.add(job)
        session.commit()
    draw.send(reply["id"])
    return reply


@app.get("/starts")
def starts() -> dict[str, float]:
    """When each job was started, in seconds since 1970."""
    with Session(engine) as session:
        rows = session.execute(
            select(Job.id, Job.started_at).where(Job.started_at.is_not(None))
        )
        return {str(job_id): started_at for job_id, started_at in rows}
