/**
 * How long the processor is looked at, in milliseconds: the best of several short looks, since a busy moment makes any device
 * look slow. So many that the engine has compiled the loop by the last ones, even where other work keeps it from doing so:
 * uncompiled it is some seven times slower.
 */
const LOOKS = 30;
const LOOK_MILLISECONDS = 3;
/** How long the GPU is, with the processor's look within half a second. */
const GPU_MILLISECONDS = 400;
/** Of the square matrices that are multiplied: large enough to fill a small GPU, small enough for a slow one. */
const SIDE = 512;
const TILE = 16;

/**
 * One thread's speed.
 * @param now milliseconds; another clock in tests
 * @returns million multiply-adds a second
 */
export function measureProcessor(now: () => number = () => performance.now()): number {
  const numbers = new Float32Array(4096).fill(0.9999);
  let best = 0;
  for (let look = 0; look < LOOKS; look++) {
    const start = now();
    let done = 0;
    let elapsed = 0;
    while (elapsed < LOOK_MILLISECONDS) {
      for (let i = 0; i < numbers.length; i++) numbers[i] = (numbers[i] ?? 0) * 1.0001 + 1e-7;
      done += numbers.length;
      elapsed = now() - start;
    }
    best = Math.max(best, done / elapsed / 1000);
  }
  return Math.round(best);
}

/** Each workgroup makes one tile of the product from tiles in its own memory. */
const MATRIX_PRODUCT = `
const SIDE = ${SIDE}u;
const TILE = ${TILE}u;
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> product: array<f32>;
var<workgroup> tile_a: array<array<f32, TILE>, TILE>;
var<workgroup> tile_b: array<array<f32, TILE>, TILE>;
@compute @workgroup_size(TILE, TILE)
fn multiply(@builtin(global_invocation_id) at: vec3u, @builtin(local_invocation_id) local: vec3u) {
  var sum = 0.0;
  for (var start = 0u; start < SIDE; start += TILE) {
    tile_a[local.y][local.x] = a[at.y * SIDE + start + local.x];
    tile_b[local.y][local.x] = b[(start + local.y) * SIDE + at.x];
    workgroupBarrier();
    for (var i = 0u; i < TILE; i++) { sum += tile_a[local.y][i] * tile_b[i][local.x]; }
    workgroupBarrier();
  }
  product[at.y * SIDE + at.x] = sum;
}`;

/**
 * An adapter's speed at what a diffusion model mostly does.
 * @returns million multiply-adds a second; null where the device can't be had or does not calculate rightly
 */
export async function measureGpu(adapter: GPUAdapter): Promise<number | null> {
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice();
  } catch {
    return null;
  }
  try {
    return await multiplyFor(device, GPU_MILLISECONDS);
  } catch {
    return null;
  } finally {
    device.destroy();
  }
}

async function multiplyFor(device: GPUDevice, milliseconds: number): Promise<number | null> {
  const bytes = SIDE * SIDE * 4;
  const { STORAGE, COPY_DST, COPY_SRC, MAP_READ } = GPUBufferUsage;
  const [a, b] = [2, 0.5].map((value) => {
    const buffer = device.createBuffer({ size: bytes, usage: STORAGE | COPY_DST });
    device.queue.writeBuffer(buffer, 0, new Float32Array(SIDE * SIDE).fill(value));
    return buffer;
  });
  const product = device.createBuffer({ size: bytes, usage: STORAGE | COPY_SRC });
  const answer = device.createBuffer({ size: 4, usage: COPY_DST | MAP_READ });
  const pipeline = await device.createComputePipelineAsync({
    layout: "auto",
    compute: { module: device.createShaderModule({ code: MATRIX_PRODUCT }), entryPoint: "multiply" },
  });
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [a, b, product].map((buffer, binding) => ({ binding, resource: { buffer: buffer! } })),
  });
  const run = async (times: number): Promise<number> => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    for (let i = 0; i < times; i++) pass.dispatchWorkgroups(SIDE / TILE, SIDE / TILE);
    pass.end();
    encoder.copyBufferToBuffer(product, SIDE * 4, answer, 0, 4);
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return performance.now() - start;
  };
  // The first run compiles; then twice as many products each time, until a good part of the time is used.
  await run(1);
  const begun = performance.now();
  let best = 0;
  for (let times = 1; performance.now() - begun < milliseconds / 2; times *= 2) {
    best = Math.max(best, (times * SIDE ** 3) / (await run(times)) / 1000);
  }
  await answer.mapAsync(GPUMapMode.READ);
  const [value] = new Float32Array(answer.getMappedRange());
  return value === SIDE ? Math.round(best) : null;
}
