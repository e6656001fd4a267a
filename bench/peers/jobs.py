"""The peer's table and its task, which draws nothing."""

import os
import time
import uuid

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from sqlalchemy import String, create_engine
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

dramatiq.set_broker(RedisBroker(url=os.environ["REDIS_URL"]))
engine = create_engine(os.environ["DATABASE_URL"], pool_size=20, max_overflow=20)


class Base(DeclarativeBase):
    pass


class Job(Base):
    __tablename__ = "peer_jobs"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(String(20))
    request: Mapped[dict] = mapped_column(JSONB)
    created_at: Mapped[float]
    started_at: Mapped[float | None]


@dramatiq.actor(max_retries=3)
def draw(job_id: str) -> None:
    started_at = time.time()
    with Session(engine) as session:
        job = session.get_one(Job, uuid.UUID(job_id))
        job.status = "running"
        job.started_at = started_at
        session.commit()
        job.status = "succeeded"
        session.commit()
