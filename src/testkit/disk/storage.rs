//! A faulty disk as a log sees it.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::world::{FileId, failed, index, offset};
use super::{FaultyDisk, Operation};
use crate::log::{Held, Storage, StoredFile};

/// One open file.
#[derive(Debug)]
struct OpenFile {
    disk: FaultyDisk,
    path: PathBuf,
    file: FileId,
    may_write: bool,
}

impl OpenFile {
    fn check_may_write(&self) -> io::Result<()> {
        if self.may_write { Ok(()) } else { Err(ErrorKind::PermissionDenied.into()) }
    }
}

/// One lock.
#[derive(Debug)]
struct HeldLock {
    disk: FaultyDisk,
    file: FileId,
}

impl Held for HeldLock {}

impl Drop for HeldLock {
    fn drop(&mut self) {
        self.disk.world().locks.remove(&self.file);
    }
}

impl FaultyDisk {
    fn file(&self, path: &Path, file: FileId, may_write: bool) -> Box<dyn StoredFile> {
        Box::new(OpenFile { disk: self.clone(), path: path.to_owned(), file, may_write })
    }

    fn open_as(&self, path: &Path, may_write: bool) -> io::Result<Option<Box<dyn StoredFile>>> {
        let found = self.world().operate(Operation::Open, path, |world| world.find(path))?;
        Ok(found.map(|file| self.file(path, file, may_write)))
    }
}

impl Storage for FaultyDisk {
    fn open(&self, path: &Path) -> io::Result<Option<Box<dyn StoredFile>>> {
        self.open_as(path, true)
    }

    fn open_to_read(&self, path: &Path) -> io::Result<Option<Box<dyn StoredFile>>> {
        self.open_as(path, false)
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn StoredFile>> {
        let file = self.world().operate(Operation::Create, path, |world| world.create(path))?;
        Ok(self.file(path, file, true))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.world().operate(Operation::Rename, from, |world| world.rename(from, to))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.world().operate(Operation::Remove, path, |world| world.remove(path))
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        self.world().operate(Operation::CreateFolder, folder, |world| world.create_folder(folder))
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.world().operate(Operation::SyncFolder, folder, |world| {
            world.sync_folder(folder);
            Ok(())
        })
    }

    fn resolve(&self, path: &Path) -> PathBuf {
        path.to_owned()
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Held>>> {
        let mut world = self.world();
        let fault = world.meet(Operation::Lock, path)?;
        // A lock that was taken while the answer is an error would be held for ever.
        if let Some(fault) = fault {
            return Err(failed(fault));
        }
        let Some(file) = world.lock(path)? else { return Ok(None) };
        Ok(Some(Box::new(HeldLock { disk: self.clone(), file })))
    }
}

impl StoredFile for OpenFile {
    fn length(&self) -> io::Result<u64> {
        let file = self.file;
        self.disk.world().operate_on(Operation::Look, file, &self.path, |world| {
            world.image(file).map(|image| offset(image.live().len()))
        })
    }

    fn has_a_name(&self) -> io::Result<bool> {
        let file = self.file;
        self.disk.world().operate_on(Operation::Look, file, &self.path, |world| {
            Ok(world.names.values().any(|named| *named == file))
        })
    }

    fn read_at(&self, bytes: &mut [u8], at: u64) -> io::Result<()> {
        let file = self.file;
        self.disk.world().operate_on(Operation::Read, file, &self.path, |world| {
            let end = index(at).saturating_add(bytes.len());
            let found = world.image(file)?.live().get(index(at)..end).ok_or(ErrorKind::UnexpectedEof)?;
            bytes.copy_from_slice(found);
            Ok(())
        })
    }

    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        self.check_may_write()?;
        self.disk.world().write(self.file, &self.path, bytes, at)
    }

    fn sync(&self) -> io::Result<()> {
        self.disk.world().sync(self.file, &self.path)
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.check_may_write()?;
        let file = self.file;
        self.disk.world().operate_on(Operation::SetLength, file, &self.path, |world| {
            world.image(file)?.set_length(index(length));
            Ok(())
        })
    }
}
