import type { FastifyInstance } from 'fastify';

/** Which methods a path takes; none where no route has it. */
export type AllowedMethods = (path: string) => readonly string[];

interface Place {
  readonly shape: RegExp;
  readonly methods: Set<string>;
}

/** Learns every route that is registered after it. */
export function collectAllowedMethods(app: FastifyInstance): AllowedMethods {
  const places = new Map<string, Place>();
  app.addHook('onRoute', ({ url, method }) => {
    const place = places.get(url) ?? { shape: shapeOf(url), methods: new Set() };
    places.set(url, place);
    for (const one of [method].flat()) place.methods.add(one);
  });
  return (path) => {
    const methods = [...places.values()].flatMap((place) => (place.shape.test(path) ? [...place.methods] : []));
    return [...new Set(methods)].sort();
  };
}

/** `:id` stands for one step of a path, `*` for the rest of it. */
function shapeOf(url: string): RegExp {
  const steps = url.split('/').map((step) => (step.startsWith(':') ? '[^/]+' : step.split('*').map(escaped).join('.*')));
  return new RegExp(`^${steps.join('/')}$`);
}

const escaped = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
