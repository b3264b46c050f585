export { copyDatabase, copyFolder, copyOne, DamagedCopy, isEmptyPlace } from './copy.ts';
export { BackupUnusable, checkPart, makePart, newBackup, type BackupList } from './backup.ts';
