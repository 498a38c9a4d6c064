declare module "*.css?inline" {
  const text: string;
  export default text;
}
declare module "*?worker&inline" {
  const Maker: new () => Worker;
  export default Maker;
}
