/** Pixels of one picture: RGBA, 8 bits a channel, row by row, `data.length === 4 * width * height`. */
export interface RgbaImage {
  width: number;
  height: number;
  data: Uint8ClampedArray<ArrayBuffer>;
}
