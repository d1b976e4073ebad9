import { BASE } from '../cookies.js'

/** `/api/v1/login` → `login`, in every router. @param {import("express").Request} req */
export function routeOf(req) {
  const path = req.baseUrl + req.path
  return path.startsWith(`${BASE}/`) ? path.slice(BASE.length + 1) : ''
}
