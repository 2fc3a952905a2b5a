/** The fuzzing of policies, forty times as long and from another seed each day. */
process.env['ASSAY_FUZZ_ROUNDS'] ??= '60000';
process.env['ASSAY_FUZZ_SEED'] ??= new Date().toISOString().slice(0, 10).replaceAll('-', '');
process.stdout.write(`# seed ${process.env['ASSAY_FUZZ_SEED']}, ${process.env['ASSAY_FUZZ_ROUNDS']} rounds\n`);
await import('../policy-fuzz.test.ts');
await import('../cel-oracle.test.ts');
