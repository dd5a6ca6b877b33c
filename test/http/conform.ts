import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Answer, Ask } from './harness.ts';

/**
 * Holds every answer against the OpenAPI document of the service that gave it: its status must be
 * documented, the code of a problem too, and its JSON must be what the document says.
 */
export async function conforming(ask: Ask): Promise<Ask> {
  const document = (await ask('GET /openapi.json')).json;
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema({ $id: 'onhand', components: document.components });
  const compiled = new Map<string, ValidateFunction>();
  const validator = (schema: object): ValidateFunction => {
    const key = JSON.stringify(schema);
    let validate = compiled.get(key);
    if (validate === undefined) {
      validate = ajv.compile(JSON.parse(key.replaceAll('"#/', '"onhand#/')) as object);
      compiled.set(key, validate);
    }
    return validate;
  };
  return async (line, body, headers) => {
    const answer = await ask(line, body, headers);
    const wrong = problemsWith(line, answer, document, validator);
    if (wrong !== undefined)
      throw new Error(`${line} → ${answer.status} ${answer.text.slice(0, 2_000)}\n${wrong}`);
    return answer;
  };
}

function problemsWith(
  line: string,
  { status, json, headers }: Answer,
  document: { paths: Record<string, Record<string, { responses: Record<string, any> }>> },
  validator: (schema: object) => ValidateFunction,
): string | undefined {
  const [method = '', url = ''] = line.split(' ');
  const operation = operationOf(document.paths, method.toLowerCase(), url.split('?', 1)[0]!);
  if (operation === undefined)
    return status === 404 || status === 405 ? undefined : 'the path is not documented';
  const response = operation.responses[status];
  if (response === undefined) return `${status} is not documented`;
  const type = headers.get('content-type')?.split(';', 1)[0] ?? '';
  if (!isDocumentedCode(response, json)) return `${json.code} is not documented for ${status}`;
  const schema: unknown = response.content?.[type]?.schema;
  if (schema === undefined) return `${type} is not documented for ${status}`;
  return json === undefined ? undefined : misfit(json, validator(schema as object));
}

const misfit = (json: unknown, validate: ValidateFunction): string | undefined =>
  validate(json) ? undefined : JSON.stringify(validate.errors, null, 1);

function isDocumentedCode(response: { content?: Record<string, { examples?: object }> }, json: any): boolean {
  const codes = response.content?.['application/problem+json']?.examples;
  return codes === undefined || json.code in codes;
}

function operationOf<Operation>(
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>,
  method: string,
  path: string,
): Operation | undefined {
  const given = path.split('/');
  const fits = (pattern: string): boolean => {
    const wanted = pattern.split('/');
    return (
      wanted.length === given.length && wanted.every((part, i) => part.startsWith('{') || part === given[i])
    );
  };
  const candidates = Object.entries(paths).filter(([pattern, methods]) => fits(pattern) && method in methods);
  // What is written out goes before a parameter.
  candidates.sort(([a], [b]) => a.split('{').length - b.split('{').length);
  return candidates[0]?.[1][method];
}
