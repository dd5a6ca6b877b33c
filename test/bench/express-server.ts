/**
 * What http-ack is held against: Nest on Express, a ValidationPipe over class-validator classes of a sale, and
 * nothing behind it. The decorators are called as functions, so that it runs without a build.
 */
import 'reflect-metadata';
import { Body, Controller, HttpCode, Module, Post, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Type } from 'class-transformer';
import {
  IsArray,
  IsDateString,
  IsIn,
  IsNotEmpty,
  IsNumber,
  IsObject,
  IsString,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';

class Line {}
class SaleData {}
class SaleMessage {}

function properties(type: { prototype: object }, rules: Readonly<Record<string, PropertyDecorator[]>>): void {
  for (const [name, decorators] of Object.entries(rules)) {
    for (const decorate of decorators) decorate(type.prototype, name);
  }
}

const text = [IsString(), IsNotEmpty(), MaxLength(200)];
properties(Line, { line: text, sku: text, quantity: [IsNumber(), Min(0)] });
properties(SaleData, {
  saleId: text,
  location: text,
  lines: [IsArray(), ValidateNested({ each: true }), Type(() => Line)],
});
properties(SaleMessage, {
  specversion: [IsIn(['1.0'])],
  id: text,
  source: text,
  type: text,
  time: [IsDateString()],
  data: [IsObject(), ValidateNested(), Type(() => SaleData)],
});

class Events {
  take(message: { readonly id?: string }): object {
    return { outcome: 'accepted', id: message.id };
  }
}
Controller()(Events);
Body()(Events.prototype, 'take', 0);
Reflect.defineMetadata('design:paramtypes', [SaleMessage], Events.prototype, 'take');
const take = Object.getOwnPropertyDescriptor(Events.prototype, 'take')!;
HttpCode(201)(Events.prototype, 'take', take);
Post('v1/events')(Events.prototype, 'take', take);

class Server {}
Module({ controllers: [Events] })(Server);

const app = await NestFactory.create<NestExpressApplication>(Server, { logger: false, bodyParser: false });
app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }));
app.useBodyParser('json', { type: 'application/cloudevents+json' });
await app.listen(0, '127.0.0.1');
/** Asked for whatever: how much processor time it has used, in microseconds. */
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send!(user + system);
});
process.send!(await app.getUrl());
