/**
 * When the handler has created the response, calls `interceptor` instead of sending it. At this time nothing has been
 * sent, not even headers. Interceptors nest: the last one added is called first.
 * @param {import("express").Response} res
 * @param {(send: () => void, body: unknown) => void} interceptor
 */
export function interceptReply(res, interceptor) {
  const end = res.end
  res.end = (...reply) => {
    interceptor(() => end.apply(res, reply), reply[0])
    return res
  }
}

/**
 * Delays responses like a slow network: the request has already been handled.
 * @param {Pick<import("./settings.js").Settings, "latency" | "refreshLatency">} settings
 * @param {(req: import("express").Request) => boolean} isRefresh
 * @returns {import("express").RequestHandler}
 */
export function delayReplies(settings, isRefresh) {
  return (req, res, next) => {
    const delay = settings.latency + (isRefresh(req) ? settings.refreshLatency : 0)
    if (delay > 0) interceptReply(res, (send) => setTimeout(send, delay).unref())
    next()
  }
}
