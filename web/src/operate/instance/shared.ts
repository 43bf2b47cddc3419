// What every tab of the instance page is given.

import type { Instance } from '../../api/types';
import type { ModelElement } from '../../parts/elements';

export interface TabProps {
  instance: Instance;
  model: Map<string, ModelElement>;
  /** Only this element, if one is selected. */
  element: string | undefined;
}

export function nameOf(model: Map<string, ModelElement>, id: string | undefined): string {
  return (id && model.get(id)?.name) || id || '';
}
