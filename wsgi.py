"""The application for a WSGI server: `gunicorn -c python:config.gunicorn wsgi:app`."""

from bpo import db
from bpo.app import create_app
from config import settings

app = create_app(settings.load())

with app.app_context():
    db.check_role(db.db.engine)
    db.db.engine.dispose()
