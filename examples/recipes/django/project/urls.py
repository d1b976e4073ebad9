from django.urls import include, path
from rest_framework.decorators import api_view
from rest_framework.response import Response


@api_view(["GET"])
def notes(request):
    return Response({"notes": [f"Written by {request.user.get_username()}"]})


urlpatterns = [path("api/v1/", include("tokencell_django.urls")), path("api/v1/notes", notes)]
