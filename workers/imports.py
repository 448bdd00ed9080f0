"""Jobs of imports: taking a file into the books."""

from datetime import UTC, datetime

from bpo.gateways import outside
from bpo.kernel import actor
from bpo.services.intake import imports


def apply_import(workspace_id: int, import_id: int) -> None:
    """Take one file into the books of a workspace, telling how far it is."""
    program = actor.system([workspace_id], name="import")
    queue = outside.current().queue
    with imports.telling(program, workspace_id, import_id) as tell:
        imports.apply(
            program, workspace_id, import_id, now=datetime.now(UTC), queue=queue, tell=tell
        )
