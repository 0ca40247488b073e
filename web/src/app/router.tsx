import { lazy, Suspense } from 'react'
import { createBrowserRouter, Outlet, type RouteObject } from 'react-router'
import { Loading, type Room, type RoomRoute } from '../kernel'
import { Broken } from './Broken'
import { Home } from './Home'
import { Refused } from './oidc/Refused'
import { NoSuchPage } from './NoSuchPage'
import { Permitted } from './Permitted'
import { Entered } from './Entered'
import { Shell } from './Shell'
import { Invitation } from './invitation/Invitation'
import { Register } from './registration/Register'
import { RegistrationStatus } from './registration/Status'
import { SetUp } from './SetUp'
import { SignIn } from './SignIn'

/** Makes the router of all rooms' pages. */
export function makeRouter(rooms: Room[]) {
  const pages = rooms.flatMap((room) => room.routes)
  return createBrowserRouter([
    {
      errorElement: <Broken />,
      children: [
        { path: '/sign-in', element: <SignIn /> },
        { path: '/register', element: <Register /> },
        { path: '/registration', element: <RegistrationStatus /> },
        { path: '/invitation', element: <Invitation /> },
        { path: '/set-up', element: <SetUp /> },
        { path: '/oidc/refused', element: <Refused /> },
        {
          element: <Entered />,
          children: [
            ...pages.filter((p) => p.bare).map(routeOf),
            {
              element: <Shell />,
              children: [
                { errorElement: <Broken />, element: <Outlet />, children: [
                  { index: true, element: <Home rooms={rooms} /> },
                  ...pages.filter((p) => !p.bare).map(routeOf),
                  { path: '*', element: <NoSuchPage /> },
                ] },
              ],
            },
          ],
        },
      ],
    },
  ])
}

function routeOf(page: RoomRoute): RouteObject {
  const Page = lazy(page.page)
  return {
    path: page.path,
    errorElement: <Broken />,
    element: (
      <Permitted permission={page.permission}>
        <Suspense fallback={<Loading />}>
          <Page />
        </Suspense>
      </Permitted>
    ),
  }
}
