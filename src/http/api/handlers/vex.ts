import { renderStatement } from '../../../contract/render-vex.ts';
import * as contract from '../../../contract/vex.ts';
import { parseRepositoryName, parseTagOrDigest } from '../../../oci/names.ts';
import { readStatus } from '../../../work/content/vex-document.ts';
import { type Handled, handle } from '../call.ts';

interface InImage {
  readonly repository: string;
  readonly reference: string;
}

const placeOf = ({ repository, reference }: InImage) =>
  [parseRepositoryName(repository), parseTagOrDigest(reference)] as const;

export const vexHandlers: readonly Handled[] = [
  handle(contract.listStatements, async ({ house, viewer, params }) => ({
    items: (await house.vex.list(viewer, ...placeOf(params))).map(renderStatement),
  })),
  handle(contract.getVexDocument, async ({ house, viewer, params }) => ({
    ...(await house.vex.document(viewer, ...placeOf(params))),
  })),
  handle(contract.addStatement, async ({ house, viewer, params, body }) => {
    const { vulnerability, status, justification, words, packages } = body;
    const wanted = { id: vulnerability, status: readStatus(status), justification, detail: words, packages };
    return renderStatement(await house.vex.state(viewer, ...placeOf(params), wanted));
  }),
  handle(contract.takeStatements, async ({ house, viewer, params, body }) => {
    const document = Buffer.from(body.document, 'utf8');
    const { taken, others } = await house.vex.take(viewer, ...placeOf(params), document);
    return { items: taken.map(renderStatement), others };
  }),
  handle(contract.withdrawStatement, ({ house, viewer, params }) =>
    house.vex.withdraw(viewer, ...placeOf(params), params.id),
  ),
];
