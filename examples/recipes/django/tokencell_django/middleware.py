from ipaddress import ip_address

from django.utils.cache import patch_cache_control

from . import conf

FORWARDED = "HTTP_X_FORWARDED_"
NEVER = ("HTTP_FORWARDED", "HTTP_CLIENT_IP", "HTTP_X_REAL_IP")


def forwarded_headers(get_response):
    """
    The first entry of MIDDLEWARE. It sets `REMOTE_ADDR` to the address that trusted proxies report, and drops the headers of
    other senders. Without it, SECURE_PROXY_SSL_HEADER would trust every sender. Contract, 26.
    """
    proxies = conf.trusted_proxies()

    def is_trusted(address):
        try:
            ip = ip_address(address)
        except ValueError:
            return False
        return any(ip in network for network in proxies if network.version == ip.version)

    def middleware(request):
        meta = request.META
        if is_trusted(meta.get("REMOTE_ADDR", "")):
            hops = [hop.strip() for hop in meta.get("HTTP_X_FORWARDED_FOR", "").split(",")]
            # The last address that is not a trusted proxy is the visitor. The visitor may have written the addresses before it.
            while hops and is_trusted(hops[-1]):
                hops.pop()
            if hops and hops[-1]:
                meta["REMOTE_ADDR"] = hops[-1][:64]
        else:
            for name in [name for name in meta if name.startswith(FORWARDED)]:
                del meta[name]
        for name in NEVER:
            meta.pop(name, None)
        return get_response(request)

    return middleware


def no_store(get_response):
    """Responses to a bearer belong to one user, so no cache may store them."""

    def middleware(request):
        response = get_response(request)
        if "HTTP_AUTHORIZATION" in request.META:
            patch_cache_control(response, no_store=True)
        return response

    return middleware
