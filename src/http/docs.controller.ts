import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Door } from './door.ts';
import { refuse } from './problem.ts';

/** Makes the text of the documents, once the routes are known. */
export abstract class Documents {
  abstract openApi(): string;
  abstract asyncApi(): string;
}

const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};
const UI_DIRECTORY = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>OnHand</title>
    <link rel="icon" href="docs/favicon-32x32.png" />
    <link rel="stylesheet" href="docs/swagger-ui.css" />
  </head>
  <body>
    <div id="ui"></div>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
`;
const START = `SwaggerUIBundle({ url: 'openapi.json', dom_id: '#ui', validatorUrl: null, deepLinking: true });
`;
/** Everything from here, nothing from elsewhere. The page brings its own styles and pictures in its script. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

@Controller()
@ApiTags('About the service')
export class DocsController {
  /** Made when somebody first asks: to make it takes a tenth as long as a start. */
  #openApi: Buffer | undefined;
  #asyncApi: Buffer | undefined;

  constructor(private readonly documents: Documents) {}

  @Get('openapi.json')
  @Door({ access: 'known', does: 'This document.', answers: { 200: 'OpenApi' } })
  openApi(@Res() reply: FastifyReply): void {
    this.#openApi ??= Buffer.from(this.documents.openApi());
    void reply.header('content-type', 'application/json').send(this.#openApi);
  }

  @Get('asyncapi.json')
  @Door({
    access: 'known',
    does: 'The messages that come in and go out, as an AsyncAPI document.',
    answers: { 200: 'OpenApi' },
  })
  asyncApi(@Res() reply: FastifyReply): void {
    this.#asyncApi ??= Buffer.from(this.documents.asyncApi());
    void reply.header('content-type', 'application/json').send(this.#asyncApi);
  }

  @Get('docs')
  @Door({
    access: 'known',
    does: 'A page to read this documentation and to try the API.',
    answers: { 200: { mediaType: 'text/html', is: 'A page.' } },
  })
  docsPage(@Res() reply: FastifyReply): void {
    sendPart(reply, 'text/html; charset=utf-8', PAGE);
  }

  @Get('docs/:part')
  @Door({
    access: 'known',
    does: 'The files of the documentation page.',
    answers: { 200: { mediaType: '*/*', is: 'A script, style or picture.' } },
    notThere: ['NOT_FOUND'],
  })
  async docsPart(@Param('part') part: string, @Res() reply: FastifyReply): Promise<void> {
    if (part === 'start.js') return sendPart(reply, 'text/javascript; charset=utf-8', START);
    const type = Object.hasOwn(ASSETS, part) ? ASSETS[part] : undefined;
    if (type === undefined) throw refuse('NOT_FOUND', 'There is no such file. See /docs.');
    sendPart(reply, type, await readFile(join(UI_DIRECTORY, part)));
  }
}

function sendPart(reply: FastifyReply, type: string, part: string | Buffer): void {
  void reply
    .header('content-type', type)
    .header('content-security-policy', PAGE_POLICY)
    .header('cache-control', 'private, max-age=3600')
    .send(part);
}
