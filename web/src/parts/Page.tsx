// The frame of every screen: one heading that takes the focus after a change of route, the title
// of the browser's tab, actions beside it.

import { useEffect, useRef, type ReactNode } from 'react';

interface Props {
  title: string;
  place: string;
  actions?: ReactNode;
  /** Above the heading: where this is. */
  crumbs?: ReactNode;
  status?: ReactNode;
  children: ReactNode;
}

let isFirst = true;

export function Page({ title, place, actions, crumbs, status, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = title === place ? `${place} – Segue` : `${title} – ${place} – Segue`;
  }, [title, place]);
  useEffect(() => {
    // The first page leaves the focus to the browser; later ones tell where one is.
    if (!isFirst) heading.current?.focus();
    isFirst = false;
  }, []);
  return (
    <div className="page">
      {crumbs && (
        <nav className="crumbs" aria-label="Breadcrumb">
          {crumbs}
        </nav>
      )}
      <header className="page-head">
        <h1 tabIndex={-1} ref={heading}>
          {title}
        </h1>
        {status}
        <div className="page-actions">{actions}</div>
      </header>
      {children}
    </div>
  );
}
