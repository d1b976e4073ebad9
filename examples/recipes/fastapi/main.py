"""A minimal application."""

import os

from fastapi import FastAPI

from tokencell_fastapi import CurrentSession, install, open_database, read_config

app = FastAPI(redirect_slashes=False)
install(app, open_database(os.environ["DATABASE_URL"]), read_config(os.environ), prefix="/api/v1")


@app.get("/api/v1/notes")
def notes(session: CurrentSession):
    return {"notes": [f"Written by {session.user.email}"]}
