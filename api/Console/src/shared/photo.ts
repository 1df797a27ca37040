const SIDE_MOST = 1600
const SMALL_ENOUGH = 300 * 1024

/** A photo small enough for a slow network, without the place and time that a camera writes into it. What is no picture stays as it is. */
export async function shrink(file: File): Promise<Blob> {
  if (!/^image\//.test(file.type)) return file
  const picture = await load(file).catch(() => null)
  if (!picture) return file
  const scale = Math.min(1, SIDE_MOST / Math.max(picture.naturalWidth, picture.naturalHeight))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(picture.naturalWidth * scale))
  canvas.height = Math.max(1, Math.round(picture.naturalHeight * scale))
  canvas.getContext('2d')!.drawImage(picture, 0, 0, canvas.width, canvas.height)
  const at = (quality: number) => new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality))
  const fine = await at(0.8)
  if (fine && fine.size <= SMALL_ENOUGH) return fine
  return (await at(0.6)) || fine || file
}

function load(file: File): Promise<HTMLImageElement> {
  const url = URL.createObjectURL(file)
  return new Promise<HTMLImageElement>((resolve, reject) => {
    const picture = new Image()
    picture.onload = () => resolve(picture)
    picture.onerror = reject
    picture.src = url
  }).then(
    (picture) => { URL.revokeObjectURL(url); return picture },
    (error) => { URL.revokeObjectURL(url); throw error },
  )
}
