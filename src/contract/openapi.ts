import { z } from 'zod';
import { errorTable } from '../lib/error-table.ts';
import type { Endpoint } from './endpoint.ts';
import { endpoints } from './endpoints.ts';

type Json = Record<string, unknown>;

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  return rest;
}

function parametersOf(endpoint: Endpoint): Json[] {
  const list = (shape: z.ZodObject | undefined, where: 'path' | 'query') =>
    Object.entries(shape?.shape ?? {}).map(([name, schema]) => ({
      name,
      in: where,
      required: where === 'path' || !(schema as z.ZodType).safeParse(undefined).success,
      schema: schemaOf(schema as z.ZodType, 'input'),
    }));
  return [...list(endpoint.params, 'path'), ...list(endpoint.query, 'query')];
}

function responsesOf(endpoint: Endpoint): Json {
  const responses: Json = endpoint.answer
    ? {
        [endpoint.status ?? 200]: {
          description: 'done',
          content: { 'application/json': { schema: schemaOf(endpoint.answer, 'output') } },
        },
      }
    : endpoint.stream
      ? { 200: { description: 'bytes as they come', content: { [endpoint.stream]: {} } } }
      : { 204: { description: 'done' } };
  for (const [status, codes] of Map.groupBy(endpoint.errors, (code) => errorTable[code].status))
    responses[status] = {
      description: codes.join(', '),
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    };
  return responses;
}

/** The OpenAPI 3.1 description of /api, made from the declarations. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const endpoint of endpoints) {
    const operation: Json = {
      operationId: endpoint.id,
      summary: endpoint.summary,
      'x-right': endpoint.right,
      parameters: parametersOf(endpoint),
      responses: responsesOf(endpoint),
      ...(endpoint.body && {
        requestBody: { required: true, content: { 'application/json': { schema: schemaOf(endpoint.body, 'input') } } },
      }),
    };
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method.toLowerCase()]: operation };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Assay', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths,
    components: {
      schemas: {
        Problem: {
          type: 'object',
          required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
          properties: Object.fromEntries(
            ['type', 'title', 'detail', 'code', 'requestId'].map((name) => [name, { type: 'string' }]),
          ),
        },
      },
      securitySchemes: { basic: { type: 'http', scheme: 'basic' }, token: { type: 'http', scheme: 'bearer' } },
    },
    security: [{ basic: [] }, { token: [] }, {}],
  };
}
