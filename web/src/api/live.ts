// Follows the event stream and has what is on screen asked again when something happened.
// Not here: what an event means; screens read the server's answers, never the stream.

import { useSyncExternalStore } from 'react';
import { queryClient } from './queries';
import { isSignInWanted } from './session';

export type LiveState = 'connecting' | 'live' | 'reconnecting' | 'frozen';

/** Between two rounds of asking again: twice a second is what eyes can follow. */
const PAUSE_MS = 600;
/** A round is followed by a rest of this many times its own duration, so that a busy server or a
 * slow browser is asked less. */
const REST_FACTOR = 3;
const RECONNECT_MS = 1_500;
/** Who may not follow the stream asks again this often. */
const UNTOLD_MS = 5_000;

let source: EventSource | undefined;
let state: LiveState = 'connecting';
let isFrozen = false;
let changedAt = Date.now();
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function become(next: LiveState): void {
  if (next === state) return;
  state = next;
  if (next === 'live') changedAt = Date.now();
  for (const listener of listeners) listener();
}

async function refresh(): Promise<void> {
  const began = performance.now();
  await queryClient.invalidateQueries({ predicate: (query) => query.meta?.live === true });
  changedAt = Date.now();
  const took = performance.now() - began;
  timer = setTimeout(() => {
    timer = undefined;
    if (isDirty) schedule();
  }, took * REST_FACTOR);
}

let isDirty = false;

/** Something happened: ask again soon, and once for everything that happens until then. */
function schedule(): void {
  isDirty = true;
  if (timer !== undefined) return;
  timer = setTimeout(() => {
    isDirty = false;
    void refresh();
  }, PAUSE_MS);
}

function connect(): void {
  if (isFrozen || document.hidden || source || asking !== undefined) return;
  const opened = new EventSource('/api/v1/events');
  source = opened;
  opened.onopen = () => {
    // What happened while nobody listened is on the server already.
    if (state !== 'connecting') schedule();
    become('live');
  };
  opened.onmessage = schedule;
  opened.onerror = () => {
    disconnect();
    if (isFrozen || document.hidden) return;
    void lookWhy();
  };
}

/** The browser does not say why a stream ended: was it refused, or is the server away? */
async function lookWhy(): Promise<void> {
  const status = await fetch('/api/v1/events?follow=false').then((it) => it.status, () => 0);
  if (isFrozen || document.hidden || source) return;
  if (status === 403) return askWithoutBeingTold();
  become('reconnecting');
  // Nobody is signed in: signing in connects again.
  if (status !== 401 && !isSignInWanted()) setTimeout(connect, RECONNECT_MS);
}

let asking: ReturnType<typeof setInterval> | undefined;

/** The stream tells of everything, so not everybody may follow it; pages are live all the same. */
function askWithoutBeingTold(): void {
  become('live');
  clearInterval(asking);
  asking = setInterval(() => !isFrozen && !document.hidden && schedule(), UNTOLD_MS);
}

function disconnect(): void {
  source?.close();
  source = undefined;
}

/** Starts following; a hidden tab lets go of its connection, because a browser has only six. */
export function follow(): void {
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return disconnect();
    connect();
    if (!isFrozen) schedule();
  });
  connect();
}

export function freeze(frozen: boolean): void {
  isFrozen = frozen;
  if (frozen) {
    disconnect();
    become('frozen');
  } else {
    become(asking === undefined ? 'reconnecting' : 'live');
    connect();
  }
}

/** Whether the person asked the page to stand still. */
export const isFrozenNow = () => isFrozen;

/** After somebody signed in. */
export function reconnect(): void {
  clearInterval(asking);
  asking = undefined;
  disconnect();
  connect();
}

/** Asks again at once, for example after an own command. */
export function refreshNow(): Promise<void> {
  return queryClient.invalidateQueries();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useLive(): { state: LiveState; changedAt: number } {
  const current = useSyncExternalStore(subscribe, () => state);
  return { state: current, changedAt };
}
