import { resourceRoutes } from '../resources.ts';
import type { Context } from '../resources.ts';
import type { Route } from '../wire.ts';
import { webServiceRoutes, webServices } from './webServices.ts';
import { workspaceRoutes, workspaces } from './workspaces.ts';

/** All that the emulator knows of `Microsoft.MachineLearning`. */
export function classicRoutes(context: Context): readonly Route[] {
  return [
    ...webServiceRoutes(context),
    ...workspaceRoutes(context),
    ...resourceRoutes(context, webServices),
    ...resourceRoutes(context, workspaces),
  ];
}
