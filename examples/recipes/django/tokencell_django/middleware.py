from ipaddress import ip_address

from django.utils.cache import patch_cache_control

from . import conf

FORWARDED = "HTTP_X_FORWARDED_"
NEVER = ("HTTP_FORWARDED", "HTTP_CLIENT_IP", "HTTP_X_REAL_IP")


def forwarded_headers(get_response):
    """
    First in MIDDLEWARE. `REMOTE_ADDR` becomes the address that trusted proxies report, and what others say about it is
    dropped: without this, SECURE_PROXY_SSL_HEADER believes everybody. Contract, 26.
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
            # The last one that no proxy of ours has is the visitor: what stands before, the visitor has written.
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
    """Answers to a bearer are about one person, so no cache may keep them."""

    def middleware(request):
        response = get_response(request)
        if "HTTP_AUTHORIZATION" in request.META:
            patch_cache_control(response, no_store=True)
        return response

    return middleware
