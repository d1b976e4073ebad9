from django.urls import path, re_path

from . import admin_views, views

urlpatterns = [
    path("signup", views.SignUpView.as_view()),
    path("login", views.SignInView.as_view()),
    path("refresh", views.RefreshView.as_view()),
    path("logout", views.SignOutView.as_view()),
    path("me", views.MeView.as_view()),
    path("sessions", views.SessionsView.as_view()),
    path("sessions/<uuid:id>", views.SessionView.as_view()),
    path("password", views.PasswordView.as_view()),
    re_path(r"^admin/users/(?P<id>[0-9]+)/sessions$", admin_views.UserSessionsView.as_view()),
    re_path(r"^admin/users/(?P<id>[0-9]+)/roles$", admin_views.UserRolesView.as_view()),
]
