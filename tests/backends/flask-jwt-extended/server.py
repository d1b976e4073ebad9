"""flask-jwt-extended: a pair of tokens for headers at /login, and a pair of cookies at /token/auth."""

import os
from datetime import timedelta

from flask import Flask, jsonify, request
from flask_cors import CORS
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    create_refresh_token,
    get_jwt,
    get_jwt_identity,
    jwt_required,
    set_access_cookies,
    set_refresh_cookies,
    unset_jwt_cookies,
)

app = Flask(__name__)
app.config["JWT_SECRET_KEY"] = "a secret of these tests, long enough"
app.config["JWT_TOKEN_LOCATION"] = ["headers", "cookies"]
app.config["JWT_ACCESS_TOKEN_EXPIRES"] = timedelta(seconds=int(os.environ["LIFETIME"]))
CORS(app, origins=[os.environ["PAGE"]], supports_credentials=True)
jwt = JWTManager(app)

people, blocklist, banned = {}, set(), set()


@jwt.token_in_blocklist_loader
def is_revoked(header, payload):
    return payload["jti"] in blocklist or payload["sub"] in banned


def authenticated():
    username = request.json.get("username")
    return username if username in people and people[username] == request.json.get("password") else None


@app.post("/login")
def login():
    username = authenticated()
    if username is None:
        return jsonify(msg="Bad username or password"), 401
    return jsonify(access_token=create_access_token(username), refresh_token=create_refresh_token(username))


@app.post("/refresh")
@jwt_required(refresh=True, locations=["headers"])
def refresh():
    return jsonify(access_token=create_access_token(get_jwt_identity()))


@app.delete("/logout")
@jwt_required(verify_type=False, locations=["headers"])
def logout():
    blocklist.add(get_jwt()["jti"])
    return jsonify(msg="Token successfully revoked")


@app.post("/token/auth")
def login_with_cookies():
    username = authenticated()
    if username is None:
        return jsonify(login=False), 401
    response = jsonify(login=True)
    set_access_cookies(response, create_access_token(username))
    set_refresh_cookies(response, create_refresh_token(username))
    return response


@app.post("/token/refresh")
@jwt_required(refresh=True, locations=["cookies"])
def refresh_cookies():
    response = jsonify(refresh=True)
    set_access_cookies(response, create_access_token(get_jwt_identity()))
    return response


@app.post("/token/remove")
def logout_with_cookies():
    response = jsonify(logout=True)
    unset_jwt_cookies(response)
    return response


@app.get("/protected")
@jwt_required()
def protected():
    return jsonify(logged_in_as=get_jwt_identity())


@app.post("/test/people")
def sign_up():
    people[request.json["email"]] = request.json["password"]
    return "", 201


@app.post("/test/revoke")
def revoke():
    banned.add(request.json["email"])
    return "", 204


app.run(port=int(os.environ["PORT"]))
