export {
  copyDatabase,
  copyFolder,
  copyOne,
  DamagedCopy,
  isEmptyPlace,
  syncFolders,
} from './copy.ts';
export { BackupUnusable, checkPart, makePart, newBackup, type BackupList } from './backup.ts';
