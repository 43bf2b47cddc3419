// What rights allow. Not here: whose they are (`may.ts`), and deciding; the server does.

interface Grant {
  resourceType: string;
  resourceId: string;
  permissionTypes: string[];
}

/** `'all'`: an administrator, or a server that asks nobody who they are. */
export type Rights = Grant[] | 'all';

/** Whether it may be done to a resource, or without an id to any of its type. */
export type Can = (permission: string, resourceType: string, resourceId?: string | null) => boolean;

export function canOf(granted: Rights): Can {
  return (permission, resourceType, resourceId) =>
    granted === 'all' ||
    granted.some(
      (it) =>
        it.resourceType === resourceType &&
        it.permissionTypes.includes(permission) &&
        (it.resourceId === '*' || !resourceId || it.resourceId === resourceId),
    );
}
