"""Follows a repository with python-tuf: a JSON request a line on stdin, a JSON answer a line on stdout."""

import json
import os
import sys

from tuf.ngclient import Updater


def visit(request):
    updater = Updater(
        request["metadataDir"],
        request["metadataUrl"],
        request["targetDir"],
        request["targetsUrl"],
        bootstrap=None,
    )
    updater.refresh()
    contents = []
    for path in request["paths"]:
        info = updater.get_targetinfo(path)
        if info is None:
            raise LookupError(f"{path} not found")
        stored = updater.find_cached_target(info) or updater.download_target(info)
        with open(stored, encoding="utf-8") as file:
            contents.append(file.read())
    return contents


for line in sys.stdin:
    request = json.loads(line)
    os.makedirs(request["targetDir"], exist_ok=True)
    try:
        answer = {"contents": visit(request)}
    except Exception as error:  # every way of refusing is an answer
        answer = {"refusal": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
