import { BASE } from '../cookies.js'

/** `/api/v1/login` → `login`, wherever in the routers the request is. @param {import("express").Request} req */
export function routeOf(req) {
  const path = req.baseUrl + req.path
  return path.startsWith(`${BASE}/`) ? path.slice(BASE.length + 1) : ''
}
