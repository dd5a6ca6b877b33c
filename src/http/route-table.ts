/** One way in, in Fastify's notation: `/v1/items/:sku`. */
interface Route {
  readonly method: string;
  readonly path: string;
}

/** Every route there is: tells a path that is not there from a method that is not. */
export class RouteTable {
  readonly #routes: Route[] = [];

  get routes(): readonly Route[] {
    return this.#routes;
  }

  add(route: Route): void {
    this.#routes.push(route);
  }

  /** The methods that a path as requested has; none if there is no such path. */
  methodsOf(url: string): string[] {
    const path = url.split('?', 1)[0]!;
    const methods = this.#routes.filter((route) => matches(route.path, path)).map((route) => route.method);
    return [...new Set(methods)].sort();
  }
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/');
  const given = path.split('/');
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => part.startsWith(':') || part === given[index])
  );
}
