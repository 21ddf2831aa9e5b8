/** Handlers of an element on which files can be dropped: `over` hears whether some are held above it. */
export function dropping(
  take: (files: FileList | undefined, items: DataTransferItemList | undefined) => unknown,
  over: (now: boolean) => void,
) {
  return {
    ondragover: (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      over(true);
    },
    ondragleave: () => over(false),
    ondrop: (event: DragEvent) => {
      event.preventDefault();
      over(false);
      void take(event.dataTransfer?.files, event.dataTransfer?.items);
    },
  };
}
